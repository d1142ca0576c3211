"""The telephone provider. The only module that imports its library, so that it can be replaced here.

Incoming: ``verify`` and ``parse`` requests. Responses: ``render`` documents. Outgoing: one function per kind of
request; each raises ``Gone``, ``Later`` or ``RequestRefused``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial as DialVerb
from twilio.twiml.voice_response import VoiceResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError

from foundation.privacy.bounds import END_YEAR, FIRST_YEAR
from foundation.privacy.time_limits import TookTooLong, within
from hotline.telephony.verbs import (
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)

TIMEOUT = (3.0, 5.0)  # seconds for one request to the provider: to connect, and between two reads of the response
#: Seconds for a whole request, however slow the response is. The leases of commands and messages are longer.
LONGEST_REQUEST = 10.0
LONGEST_DOWNLOAD = 20.0  # seconds for the sound of a voicemail
CALL_GONE = {21220, 20404}  # "not in-progress" and "not found": the call or participant has ended
NOT_OUR_FAULT = {401, 403, 429}  # errors of the provider or the account, not of this request
CLOCKS_APART = timedelta(seconds=5)  # tolerance between our clock and the provider's, which has whole seconds
MOST_LISTED = 20
#: The call status for a participant's status; all others mean ringing.
PARTICIPANT = {"connected": "in-progress", "complete": "completed", "failed": "failed"}
CALL_EVENTS = ["ringing", "answered", "completed"]  # only events that we process, because each is a webhook request
ROOM_EVENTS = "join leave hold"
TOKEN_HEADER = "I-Twilio-Idempotency-Token"  # noqa: S105  a header's name
SIGNATURE_HEADER = "X-Twilio-Signature"


class TelephonyError(Exception):
    """``code``: the provider's error code, or the HTTP status; 0 without a response."""

    def __init__(self, code: int) -> None:
        super().__init__(f"provider: {code}")
        self.code = code if isinstance(code, int) and 0 <= code < 10**9 else 0


class Gone(TelephonyError):
    """The call or participant has ended."""


class Later(TelephonyError):
    """Too many requests, refused credentials, a provider error, or no response: retry later."""


class Unclear(Later):
    """A provider error, or no response; the request may have been executed."""


class RequestRefused(TelephonyError):
    """The provider refuses the request; a retry is useless."""


# --- incoming --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """A webhook request. ``sequence`` orders the events of one resource; ``at``: the provider's time (aware)."""

    sid: str
    sequence: int | None
    token: str
    at: datetime | None
    parameters: dict[str, str]

    def get(self, name: str) -> str:
        return self.parameters.get(name, "")


def is_connected() -> bool:
    return bool(settings.TELEPHONY["account"] and settings.TELEPHONY["token"])


def verify(request: HttpRequest) -> bool:
    """Whether the provider signed exactly this request, for our public URL."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not (is_connected() and signature and signature.isascii()):
        return False
    url = settings.TELEPHONY["public_url"] + request.get_full_path()
    return bool(RequestValidator(settings.TELEPHONY["token"]).validate(url, request.POST, signature))


def is_genuine(request: HttpRequest) -> bool:
    """``verify``; False for an unreadable body."""
    try:
        return verify(request)
    except (SuspiciousOperation, MultiPartParserError, UnicodeError, ValueError):
        return False


def parse(request: HttpRequest) -> Event:
    """Parse without validation: missing parameters are empty, and unknown ones are kept.

    Only NUL characters are removed, because PostgreSQL cannot store them in texts.
    """
    values = {name: value.replace("\0", "") for name, value in request.POST.items() if isinstance(value, str)}
    sid = next((values[name] for name in ("ConferenceSid", "MessageSid", "CallSid") if values.get(name)), "")
    return Event(
        sid=sid[:64],
        sequence=_number(values.get("SequenceNumber", "")),
        token=request.headers.get(TOKEN_HEADER, "")[:120],
        at=_moment(values.get("Timestamp", "")),
        parameters=values,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        return found if FIRST_YEAR <= found.year < END_YEAR else None
    except (ValueError, TypeError, OverflowError):
        return None


# --- documents -------------------------------------------------------------------------------------------------


def render(verbs: Sequence[Verb]) -> str:
    """The document with these verbs, which the provider executes in order."""
    response = VoiceResponse()
    for verb in verbs:
        _append(response, verb)
    return str(response)


def render_message(text: str = "") -> str:
    """The response to an incoming message; without a text, nothing is sent back."""
    response = MessagingResponse()
    if text:
        response.message(text)
    return str(response)


def _append(response: Any, verb: Verb) -> None:
    if isinstance(verb, Gather):
        _append_gather(response, verb)
    elif isinstance(verb, Record):
        _append_record(response, verb)
    else:
        _append_plain(response, verb)


def _append_plain(response: Any, verb: Verb) -> None:  # noqa: C901  one case per verb
    match verb:
        case Say(text, language):
            response.say(text, language=language)
        case Play(url):
            response.play(url)
        case Pause(seconds):
            response.pause(length=seconds)
        case Enqueue(name, action, wait_url):
            response.enqueue(name, action=action, wait_url=wait_url)
        case Join():
            response.append(_room(verb))
        case Redirect(url):
            response.redirect(url)
        case Leave():
            response.leave()
        case HangUp():
            response.hangup()
        case Reject():
            response.reject(reason="busy")


def _append_gather(response: Any, verb: Gather) -> None:
    gather = response.gather(
        input="dtmf", num_digits=1, action=verb.action, timeout=verb.timeout, action_on_empty_result=True
    )
    for prompt in verb.prompts:
        _append(gather, prompt)


def _append_record(response: Any, verb: Record) -> None:
    response.record(
        action=verb.action,
        max_length=verb.seconds,
        play_beep=True,
        timeout=10,
        trim="trim-silence",
        recording_status_callback=verb.ready,
        recording_status_callback_event="completed absent",
    )


def _room(verb: Join) -> DialVerb:
    dial = DialVerb(action=verb.action)
    dial.conference(
        verb.name,
        participant_label=verb.label,
        start_conference_on_enter=True,
        end_conference_on_exit=verb.ends_room,
        beep="false",
        status_callback=verb.events,
        status_callback_event=ROOM_EVENTS,
    )
    return dial


# --- outgoing --------------------------------------------------------------------------------------------------


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """The provider's client with a time limit for a whole request. ``base``: another host, such as the simulator."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.timeout = TIMEOUT  # the constructor takes one limit only
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self.base.netloc:
            url = urlunsplit(urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc))
        return within(LONGEST_REQUEST, partial(super().request, method, url, *args, **kwargs))


@cache
def _client(account: str, token: str, base: str, edge: str, region: str) -> Client:
    return Client(account, token, http_client=_HttpClient(base), edge=edge or None, region=region or None)


def client() -> Client:
    """Raises Refused while no account is configured."""
    if not is_connected():
        raise RequestRefused(0)
    known = settings.TELEPHONY
    return _client(known["account"], known["token"], known["api_url"], known["edge"], known["region"])


class _asking:  # noqa: N801  a context manager
    """Turns the library's errors into ours."""

    def __enter__(self) -> Client:
        return client()

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, TwilioRestException):
            raise _meaning(error) from None
        if isinstance(error, RequestException) and _has_not_begun(error):
            raise Later(0) from error
        # the last three: an unreadable response
        if isinstance(error, (TookTooLong, RequestException, TwilioException, ValueError, KeyError)):
            raise Unclear(0) from error


def _has_not_begun(error: RequestException) -> bool:
    """Whether the request cannot have reached the provider, because there was no connection."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, NoConnection) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _meaning(error: TwilioRestException) -> TelephonyError:
    code = error.code or error.status
    if error.status in NOT_OUR_FAULT:
        return Later(code)
    if error.status >= 500 or error.status == 408:
        return Unclear(code)
    if code in CALL_GONE or error.status == 404:
        return Gone(code)
    return RequestRefused(code)


def _named(sid: object) -> str:
    """Raises Unclear for a response without a sid: the outcome of the request is unknown."""
    if not sid:
        raise Unclear(0)
    return str(sid)


def dial(*, to: str, from_: str, url: str, status_url: str, seconds: int) -> str:
    """Ring a telephone for at most ``seconds``; returns the call's sid. ``url``: the document for who answers."""
    with _asking() as rest:
        made = rest.calls.create(
            to=to,
            from_=from_,
            url=url,
            status_callback=status_url,
            status_callback_event=CALL_EVENTS,
            timeout=seconds,
        )
    return _named(made.sid)


@dataclass(frozen=True)
class ProviderCall:
    """A telephone call in the provider's list. ``status``: queued, ringing, in-progress, completed ..."""

    sid: str
    status: str


def calls_to(*, to: str, from_: str, since: datetime) -> list[ProviderCall]:
    """Our calls to this number since then, oldest first."""
    with _asking() as rest:
        found = rest.calls.list(to=to, from_=from_, limit=MOST_LISTED)
    made = [one for one in reversed(found) if _is_since(one.date_created, since - CLOCKS_APART)]
    return [ProviderCall(str(one.sid), str(one.status)) for one in made]


def _is_since(created: object, begin: datetime) -> bool:
    """Whether it was created since then; True if the provider gives no time."""
    return not isinstance(created, datetime) or created > begin


def redirect(*, sid: str, url: str) -> None:
    """Redirect the call to the document at ``url``, whatever it does now."""
    with _asking() as rest:
        rest.calls(sid).update(url=url, method="POST")


def hang_up(*, sid: str) -> None:
    with _asking() as rest:
        rest.calls(sid).update(status="completed")


def hold(*, room: str, label: str, is_held: bool) -> None:
    """``room``: the conference's sid; ``label``: the participant's."""
    with _asking() as rest:
        rest.conferences(room).participants(label).update(hold=is_held)


def bind(*, room: str, label: str, is_bound: bool) -> None:
    """Whether the room ends for everybody when this participant leaves it."""
    with _asking() as rest:
        rest.conferences(room).participants(label).update(end_conference_on_exit=is_bound)


def participant(*, room: str, label: str) -> ProviderCall | None:
    """The participant in the room, or being rung for it, with this label."""
    try:
        with _asking() as rest:
            found = rest.conferences(room).participants(label).fetch()
    except Gone:
        return None
    return ProviderCall(str(found.call_sid), PARTICIPANT.get(str(found.status), "ringing"))


def add(*, room: str, label: str, to: str, from_: str, status_url: str, seconds: int, ends_room: bool = False) -> str:
    """Ring a number that enters the room on answering; returns the new call's sid."""
    with _asking() as rest:
        made = rest.conferences(room).participants.create(
            from_=from_,
            to=to,
            label=label,
            timeout=seconds,
            end_conference_on_exit=ends_room,
            beep="false",
            status_callback=status_url,
            status_callback_event=CALL_EVENTS,
        )
    return _named(made.call_sid)


def end_room(*, room: str) -> None:
    with _asking() as rest:
        rest.conferences(room).update(status="completed")


def state_of(*, sid: str) -> str:
    """The call's current status at the provider: queued, ringing, in-progress, completed ..."""
    with _asking() as rest:
        found = rest.calls(sid).fetch()
    return str(found.status)


def send_message(*, to: str, from_: str, text: str, status_url: str) -> str:
    """Send an SMS, or a WhatsApp message if both numbers begin with ``whatsapp:``; returns the sid."""
    with _asking() as rest:
        made = rest.messages.create(to=to, from_=from_, body=text, status_callback=status_url)
    return _named(made.sid)


@dataclass(frozen=True)
class Sent:
    """A sent message in the provider's list."""

    sid: str
    text: str


def messages_to(*, to: str, from_: str, since: datetime) -> list[Sent]:
    """Our messages to this number that the provider has accepted since then, oldest first."""
    with _asking() as rest:
        found = rest.messages.list(to=to, from_=from_, limit=MOST_LISTED)
    ours = [one for one in reversed(found) if one.direction != "inbound"]
    return [Sent(str(one.sid), str(one.body)) for one in ours if _is_since(one.date_created, since - CLOCKS_APART)]


def fetch_recording(*, sid: str) -> bytes:
    """The sound of a voicemail (WAV). Not through the library's client, which handles only texts.

    Raises Later also if it is not available yet; that takes a while after the recording.
    """
    known = settings.TELEPHONY
    with _asking() as rest:
        host = known["api_url"] or rest.get_hostname("https://api.twilio.com")
        url = f"{host}/2010-04-01/Accounts/{known['account']}/Recordings/{sid}.wav"
        get = partial(requests.get, url, auth=(known["account"], known["token"]), timeout=TIMEOUT)
        answer = within(LONGEST_DOWNLOAD, get)
        if answer.status_code == 404:
            raise Later(404)
        if not answer.ok:
            raise TwilioRestException(answer.status_code, url)
    return answer.content


def delete_recording(*, sid: str) -> None:
    with _asking() as rest:
        rest.recordings(sid).delete()


@dataclass(frozen=True)
class Softphone:
    """Credentials of a browser phone. ``token`` is valid for an hour."""

    token: str
    identity: str


def client_token(*, identity: str) -> Softphone | None:
    """None if no key for browser phones is configured. ``identity``: only letters, digits and _."""
    known: Mapping[str, str] = settings.TELEPHONY
    if not (known["api_key"] and known["api_secret"] and known["app"]):
        return None
    token = AccessToken(
        known["account"],
        known["api_key"],
        known["api_secret"],
        identity=identity,
        ttl=3600,
        region=known["region"] or None,
    )
    token.add_grant(VoiceGrant(outgoing_application_sid=known["app"]))
    return Softphone(token.to_jwt(), identity)
