"""Handlers of call webhooks: each changes the state and returns what is heard next. Run by the telephone service.

Call and leg are passed with their rows locked.

The flow of a call: voice -> menu -> notices -> queue (wait, repeatedly) -> room -> end; or, out of hours and after
waiting too long, a callback or a voicemail.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone

from foundation.accounts.models import User
from hotline.telephony.provider import Event
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

from . import blocked_numbers, calls, legs, outbound, prompts, voicemails
from .models import Call, Leg, Line
from .prompts import address, say
from .states import NOT_CONNECTED, CallState, Ending, LegState
from .vocabulary import CallParticipant

#: Maximum waiting time; then the caller may leave a message or ask for a callback.
LONGEST_WAIT = timedelta(minutes=20)
#: Repeats of the menu before the line's first language is used.
MENU_TRIES = 2
NO_SOUND = {"absent", "failed"}
CALL_ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}


def voice(by: User, event: Event, call: Call | None) -> list[Verb]:
    """A new call, or a repeated webhook. A call to a number that is not ours hears a message."""
    line = Line.objects.select_related("centre").filter(number=event.get("To"), is_active=True).first()
    if line is None or not event.get("CallSid"):
        return [*say("en", prompts.TROUBLE), HangUp()]
    caller = calls.CallerId.of(event.get("From"), line.centre.country)
    call = call or calls.arrive(by=by, line=line, sid=event.get("CallSid"), caller=caller)
    now = timezone.now()
    if blocked_numbers.turn_away(by=by, call=call, now=now):
        return [Reject()]
    if not calls.is_line_open(line, now):
        calls.begin_leaving(by=by, call=call, ending=Ending.CLOSED)
        return _message_or_callback(call, say(_language(call), *prompts.CLOSED))
    if not call.language:
        return _menu(call, 1)
    return _to_queue(call)


def menu(by: User, event: Event, call: Call, attempt: int) -> list[Verb]:
    languages = call.line.languages
    digit = event.get("Digits")
    chosen = languages[int(digit) - 1] if digit in list("123456789"[: len(languages)]) else ""
    if not chosen and attempt < MENU_TRIES:
        return _menu(call, attempt + 1)
    calls.choose_language(by=by, call=call, language=chosen or (languages[0] if languages else "en"))
    return _to_queue(call)


def wait(by: User, event: Event, call: Call) -> list[Verb]:
    """Requested repeatedly while the caller waits, and when a key is pressed."""
    calls.begin_waiting(by=by, call=call)
    if event.get("Digits") == "1" and call.state == CallState.WAITING:
        ending = Ending.CALLBACK if call.phone_index else Ending.ABANDONED
        calls.begin_leaving(by=by, call=call, ending=ending)
        return [Leave()]
    if call.state == CallState.WAITING and call.waiting_since and timezone.now() - call.waiting_since > LONGEST_WAIT:
        calls.begin_leaving(by=by, call=call, ending=Ending.ABANDONED)
        return [Leave()]
    if call.state not in NOT_CONNECTED:
        return [Leave()] if call.state == CallState.LEAVING else [HangUp()]
    language = _language(call)
    heard: list[Say | Play | Pause] = [
        *prompts.position(language, Call.objects.ahead_of(call)),
        *say(language, prompts.CALLBACK_OFFER),
        *prompts.clip(),
    ]
    return [Gather(address("wait", call.pk), heard, timeout=1)]


def queue(by: User, event: Event, call: Call) -> list[Verb]:
    """The caller has left the queue. Redirected and bridged are caused by us and need no answer."""
    result = event.get("QueueResult")
    if result == "hangup":
        calls.end_call(by=by, call=call)
    if result in ("hangup", "redirected", "bridged", "redirected-from-bridged", "bridging-in-process"):
        return []
    if call.state == CallState.LEAVING and call.ending_so_far == Ending.CALLBACK:
        return [*say(_language(call), prompts.CALLBACK_NOTED), HangUp()]
    calls.begin_leaving(by=by, call=call, ending=Ending(call.ending_so_far or Ending.ABANDONED))
    if call.state != CallState.LEAVING:
        return [HangUp()]
    if result == "leave" and not call.phone_index:
        return [*say(_language(call), prompts.NO_NUMBER), *_record(call)]
    return _message_or_callback(call, say(_language(call), *prompts.TOO_LONG))


def leave(by: User, event: Event, call: Call) -> list[Verb]:
    """The key after "press 1 to be called back, or stay on the line"."""
    if event.get("Digits") == "1" and call.phone_index:
        calls.begin_leaving(by=by, call=call, ending=Ending.CALLBACK)
        return [*say(_language(call), prompts.CALLBACK_NOTED), HangUp()]
    if event.get("Digits") == "1":
        return [*say(_language(call), prompts.NO_NUMBER), *_record(call)]
    return _record(call)


def recorded(by: User, event: Event, call: Call) -> list[Verb]:
    """The recording has ended; its sound is available a little later."""
    _keep(by, event, call)
    return [*say(_language(call), prompts.GOODBYE), HangUp()]


def recording(by: User, event: Event, call: Call) -> list[Verb]:
    """The sound is available, or there is none."""
    sid = event.get("RecordingSid")[:64]
    if event.get("RecordingStatus") in ("", "completed"):
        _keep(by, event, call)
        voicemails.ready(by=by, call=call, recording_sid=sid)
    elif event.get("RecordingStatus") in NO_SOUND and sid:
        voicemails.has_no_sound(by=by, call=call, recording_sid=sid)
    return []


def _keep(by: User, event: Event, call: Call) -> None:
    seconds = event.get("RecordingDuration")
    if event.get("RecordingSid") and seconds.isascii() and seconds.isdigit() and len(seconds) < 6:
        voicemails.spoken(by=by, call=call, recording_sid=event.get("RecordingSid")[:64], seconds=int(seconds))


def room(by: User, event: Event, call: Call) -> list[Verb]:
    """Move the caller into the room, or back to the queue if the handler has left meanwhile."""
    if legs.enter_room(by=by, call=call):
        return [Join(call.room, call.room, address("after", call.pk), address("conference", call.pk), ends_room=True)]
    return [HangUp()] if call.ended_at else _enqueue(call)


def after(by: User, event: Event, call: Call) -> list[Verb]:
    """The caller has left the room, and nobody else is in it.

    If no conversation had begun, the handler has left or is not there yet; the caller waits again.
    """
    if call.state in NOT_CONNECTED and not legs.is_goodbye_ordered(call):
        return [Pause(1), Redirect(address("room", call.pk))]
    calls.leave_room(by=by, call=call, for_good=True)
    goodbye = prompts.GOODBYE_CALLED if call.is_outbound else prompts.GOODBYE
    return [*say(_language(call), goodbye), HangUp()]


def status(by: User, event: Event, call: Call) -> list[Verb]:
    """The status callback of our number: when the caller's leg ends, the call ends."""
    if event.get("CallStatus") in CALL_ENDED and not call.is_outbound:
        calls.end_call(by=by, call=call)
    return []


def person_status(by: User, event: Event, call: Call) -> list[Verb]:
    """The status callback of the telephone of a person whom we call back."""
    if call.is_outbound:
        sid = event.get("CallSid")[:64]
        outbound.person_changed(by=by, call=call, status=event.get("CallStatus"), sid=sid)
    return []


def conference(by: User, event: Event, call: Call) -> list[Verb]:
    label = event.get("ParticipantLabel")
    legs.room_changed(
        by=by,
        call=call,
        event=event.get("StatusCallbackEvent"),
        label=label if re.fullmatch("[0-9a-f]{32}", label) else "",
        sid=event.get("CallSid")[:64],
        sequence=event.sequence,
        room_sid=event.get("ConferenceSid")[:64],
        reason=event.get("ReasonParticipantLeft"),
    )
    return []


def answer(by: User, event: Event, leg: Leg) -> list[Verb]:
    """A handler's telephone was answered; it has to press a key, because a voicemail box may have answered."""
    language = leg.user.language if leg.user else "en"
    if not legs.is_own(leg=leg, sid=event.get("CallSid")[:64]):
        return [HangUp()]
    if leg.ended_at or leg.call.ended_at:
        return _nobody_there(leg)
    press = say(language, prompts.PRESS_TO_ACCEPT)
    return [Gather(address("leg_accept", leg.pk), [*press, Pause(1), *press], timeout=6)]


def leg_accept(by: User, event: Event, leg: Leg) -> list[Verb]:
    if event.get("Digits") != "1":
        return [HangUp()]
    if not legs.accept_leg(by=by, leg=leg, sid=event.get("CallSid")[:64]):
        return _nobody_there(leg)
    return [_handlers_place(leg)]


def _nobody_there(leg: Leg) -> list[Verb]:
    language = leg.user.language if leg.user else "en"
    return [*say(language, prompts.CALL_OVER if leg.call.is_outbound else prompts.CALLER_GONE), HangUp()]


def leg_status(by: User, event: Event, leg: Leg) -> list[Verb]:
    sid = event.get("CallSid")[:64]
    legs.leg_changed(by=by, leg=leg, status=event.get("CallStatus"), sequence=event.sequence, sid=sid)
    return []


def leg_after(by: User, event: Event, leg: Leg) -> list[Verb]:
    """The handler has left the room."""
    if leg.ended_at is None:
        legs.leg_changed(by=by, leg=leg, status="completed", sequence=None, sid=event.get("CallSid")[:64])
    return [HangUp()]


def unreached(by: User, event: Event, leg: Leg) -> list[Verb]:
    """Tell the handler, who waits in the room, that the person was not reached."""
    language = leg.user.language if leg.user else "en"
    return [*say(language, prompts.UNREACHED.get(leg.call.why_unreached, prompts.NOT_PLACED)), HangUp()]


def softphone(by: User, event: Event) -> list[Verb]:
    """A handler's browser phone connects for the claimed call. ``From``: client:user_<key>."""
    identity = event.get("From").removeprefix("client:user_")
    claimed = Leg.objects.live().filter(party=CallParticipant.HANDLER, sid=None, state=LegState.PLANNED)
    leg = claimed.filter(user=int(identity)).first() if identity.isascii() and identity.isdigit() else None
    if leg is None or not legs.accept_leg(by=by, leg=legs.lock_leg(leg.pk), sid=event.get("CallSid")[:64]):
        return [*say("en", prompts.CALLER_GONE), HangUp()]
    return [_handlers_place(leg)]


def _handlers_place(leg: Leg) -> Join:
    call = leg.call
    action = address("leg_after", leg.pk)
    events = address("conference", call.pk)
    return Join(call.room, label=leg.label, action=action, events=events, ends_room=True)


def _menu(call: Call, attempt: int) -> list[Verb]:
    return [Gather(address("menu", call.pk, attempt), prompts.menu(call.line.languages))]


def _to_queue(call: Call) -> list[Verb]:
    return [*say(_language(call), prompts.EMERGENCY, prompts.PRIVACY), *_enqueue(call)]


def _enqueue(call: Call) -> list[Verb]:
    return [Enqueue(f"line-{call.line_id}", address("queue", call.pk), address("wait", call.pk))]


def _message_or_callback(call: Call, prompts: list[Say]) -> list[Verb]:
    return [Gather(address("leave", call.pk), prompts, timeout=4)]


def _record(call: Call) -> list[Verb]:
    return [
        *say(_language(call), prompts.LEAVE_MESSAGE),
        Record(address("recorded", call.pk), address("recording", call.pk)),
        Redirect(address("after", call.pk)),
    ]


def _language(call: Call) -> str:
    return call.language or (call.line.languages[0] if call.line.languages else "en")
