"""The provider's signed webhooks, sent with the test client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.test import Client
from django.utils import timezone
from people import as_user, make_user

from foundation.accounts.models import Organisation, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from hotline.contacts.models import Callback
from hotline.switchboard.actions import accept
from hotline.switchboard.agents import agent_of, arrange_agent, choose_state
from hotline.switchboard.models import Agent, Call, Command, Leg, Line, Offer
from hotline.switchboard.states import AgentState

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token that nobody uses"
PUBLIC = "https://lotse.example"
LINE = "+4991112345678"
CALLER = "+493411234567"
DESK = "+4991198765432"
TELEPHONY = {
    "account": ACCOUNT, "token": TOKEN, "api_url": "", "edge": "", "region": "", "api_key": "", "api_secret": "",
    "app": "", "public_url": PUBLIC,
}  # fmt: skip
_numbers = itertools.count(1)


def sign(url: str, values: dict[str, str], token: str = TOKEN) -> str:
    said = url + "".join(name + values[name] for name in sorted(values))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def tell(path: str, values: dict[str, str], *, repeat: str = "", token: str = TOKEN) -> Any:
    """Send a webhook as the provider does. ``repeat``: its idempotency token; a new one if empty."""
    whole = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **values}
    headers = {
        "X-Twilio-Signature": sign(PUBLIC + path, whole, token),
        "I-Twilio-Idempotency-Token": repeat or uuid.uuid4().hex,
    }
    return Client().post(path, whole, headers=headers)


def path_of(url: str) -> str:
    return urlsplit(url).path


@dataclass
class Phone:
    """A caller's telephone. ``heard``: the last document."""

    number: str = CALLER
    to: str = LINE
    sid: str = field(default_factory=lambda: f"CA{next(_numbers):032x}")
    heard: ET.Element = field(default_factory=lambda: ET.Element("Response"))
    times: Iterator[int] = field(default_factory=lambda: itertools.repeat(1))

    def says(self, path: str, **values: str) -> ET.Element:
        """Send each webhook ``times`` times and check that repeats get the same bytes."""
        known = {
            "CallSid": self.sid,
            "From": self.number,
            "To": self.to,
            "Direction": "inbound",
            "CallStatus": "in-progress",
        }
        token = uuid.uuid4().hex
        answer, *repeated = [tell(path, {**known, **values}, repeat=token) for _ in range(next(self.times))]
        assert answer.status_code in (200, 204), answer.status_code
        assert all((same.status_code, same.content) == (answer.status_code, answer.content) for same in repeated)
        self.heard = ET.fromstring(answer.content) if answer.content else ET.Element("Response")
        return self.heard

    def ring(self) -> ET.Element:
        return self.says("/telephone/voice/")

    def press(self, key: str) -> ET.Element:
        """Press a key at the last <Gather>; no key if empty."""
        gather = self.heard.find(".//Gather")
        assert gather is not None, ET.tostring(self.heard)
        return self.says(path_of(gather.attrib["action"]), Digits=key)

    def into_queue(self) -> ET.Element:
        """Ring, choose the first language, hear the notices, and wait."""
        self.ring()
        if self.heard.find("Gather") is not None:
            self.press("1")
        return self.wait()

    def wait(self) -> ET.Element:
        place = self.heard.find("Enqueue")
        path = path_of(place.attrib["waitUrl"]) if place is not None else f"/telephone/call/{self.call.pk}/wait/"
        return self.says(path, QueueSid="QU" + "0" * 32, QueuePosition="1")

    def step(self, name: str, **values: str) -> ET.Element:
        """One of the webhooks of this call."""
        return self.says(f"/telephone/call/{self.call.pk}/{name}/", **values)

    def leave_queue(self, result: str) -> ET.Element:
        return self.step("queue", QueueResult=result, QueueTime="10")

    def record(self, name: str = "recorded", *, seconds: int = 12) -> ET.Element:
        """``name``: one of the two webhooks about a recording."""
        return self.step(name, RecordingSid="RE" + self.sid[2:], RecordingDuration=str(seconds))

    def enter_room(self) -> ET.Element:
        self.step("room")
        self.in_room("participant-join", sequence=2)
        return self.heard

    def in_room(
        self, event: str, *, sequence: int, label: str = "", room: str = "CF1", reason: str = "", sid: str = ""
    ) -> None:
        """``label``: the leg's, else the caller's. ``sid``: of another telephone than the leg's."""
        values = {"StatusCallbackEvent": event, "ConferenceSid": room, "SequenceNumber": str(sequence)}
        if label.strip():
            own = by_telephone(lambda: Leg.objects.filter(pk=label).values_list("sid", flat=True).first())
            values["CallSid"] = sid or own or f"CA{label}"
        self.step("conference", ParticipantLabel=label or self.call.room, ReasonParticipantLeft=reason, **values)

    def hang_up(self, status: str = "completed") -> None:
        self.says("/telephone/status/", CallStatus=status, SequenceNumber="0", CallDuration="10")

    @property
    def call(self) -> Call:
        """The call, read by the telephone service."""
        with acting_as(service_user(Service.TELEPHONE), purpose="test"):
            found = Call.objects.select_related("contact", "callback").get(sid=self.sid)
            assert found.phone is not None
        return found


@dataclass
class Desk(Phone):
    """Another telephone in a call: a handler's, or a partner's."""

    leg: Leg = field(kw_only=True)

    def ring(self) -> ET.Element:
        """It rings, is answered, and hears the announcement."""
        self.status("ringing", sequence=1)
        self.status("in-progress", sequence=2)
        return self.says(f"/telephone/leg/{self.leg.pk}/answer/")

    def status(self, status: str, *, sequence: int) -> None:
        self.says(f"/telephone/leg/{self.leg.pk}/status/", CallStatus=status, SequenceNumber=str(sequence))

    def hang_up(self, status: str = "completed") -> None:
        self.status(status, sequence=3)

    def now(self) -> Leg:
        found: Leg = by_telephone(lambda: Leg.objects.get(pk=self.leg.pk))
        return found


def not_picked_up(desk: Desk) -> None:
    desk.status("ringing", sequence=1)
    desk.hang_up("no-answer")


def busy(desk: Desk) -> None:
    desk.hang_up("busy")


def key_not_pressed(desk: Desk) -> None:
    """A voicemail box, or a handler who does not press the key."""
    desk.ring()
    assert desk.press("").find("Hangup") is not None
    desk.hang_up()


def by_telephone(function: Callable[..., Any], **arguments: Any) -> Any:
    """Run as the telephone service, which may read every call."""
    return as_user(service_user(Service.TELEPHONE), function, **arguments)


def as_service(action: Callable[..., Any], **arguments: Any) -> Any:
    """Run an action with the telephone service as the actor."""
    return by_telephone(action, by=service_user(Service.TELEPHONE), **arguments)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what happens inside, between the examples of a property."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's tests do: allows durable blocks inside
    with block:
        yield
        transaction.set_rollback(True)


def waiting(number: str = CALLER, **values: Any) -> Phone:
    """A caller in the queue."""
    phone = Phone(number, **values)
    phone.into_queue()
    return phone


def claim(user: User, phone: Phone) -> Call:
    call: Call = as_user(user, accept, by=user, call_id=phone.call.pk)
    return call


def picked_up(user: User, phone: Phone) -> Desk:
    """The handler has claimed the call and answered; the caller is still in the queue."""
    desk = Desk(leg=leg_of(claim(user, phone)), times=phone.times)
    desk.ring()
    desk.press("1")
    phone.in_room("participant-join", sequence=1, label=desk.leg.label)
    return desk


def talking(user: User, phone: Phone) -> Desk:
    """Caller and handler are in the room."""
    desk = picked_up(user, phone)
    phone.enter_room()
    return desk


def spoken(document: ET.Element) -> str:
    return " ".join(node.text or "" for node in document.iter("Say"))


def make_line(centre: Organisation, **values: Any) -> Line:
    usual = {"number": LINE, "name": "Main line", "languages": ["de", "en"], "is_round_the_clock": True}
    with acting_as(make_user((centre, Role.ADMINISTRATOR)), purpose="test"):
        return Line.objects.create(centre=centre, **{**usual, **values})


def go_on_duty(user: User, *, phone: str = DESK, languages: tuple[str, ...] = ("de", "en"), **values: Any) -> Agent:
    """The handler configures the telephone and becomes ready."""
    with acting_as(user, purpose="test"):
        agent = agent_of(by=user)
        arranged = {"is_browser": False, "skills": [], **values}
        arrange_agent(by=user, agent=agent, phone=phone, languages=list(languages), **arranged)  # type: ignore[arg-type]
        return choose_state(by=user, state=AgentState.READY)


def ordered(call: Call) -> list[str]:
    """The pending commands, in order."""
    with acting_as(service_user(Service.TELEPHONE), purpose="test"):
        return [command.kind for command in Command.objects.filter(call=call, state="waiting").order_by("pk")]


def settle() -> None:
    """Mark all ordered commands as executed."""

    def all_done() -> None:
        for command in Command.objects.filter(state="waiting").select_related("leg").order_by("pk"):
            if command.kind in ("bind", "unbind"):
                Leg.objects.filter(pk=command.leg_id).update(is_bound=command.kind == "bind")
            Command.objects.filter(pk=command.pk).update(state="done", ended_at=timezone.now())

    by_telephone(all_done)


def leg_of(call: Call, party: str = "handler") -> Leg:
    with acting_as(service_user(Service.TELEPHONE), purpose="test"):
        return Leg.objects.filter(call=call, party=party).latest("made_at")


def agent_now(user: User) -> Agent:
    found: Agent = by_telephone(lambda: Agent.objects.get(user=user))
    return found


def open_offers(call: Call) -> list[int]:
    """Handlers with an open offer of the call."""
    shown = Offer.objects.filter(call=call, state="open")
    return by_telephone(lambda: sorted(shown.values_list("agent__user_id", flat=True)))  # type: ignore[no-any-return]


def callbacks(coordinator: User) -> list[tuple[str, str, str]]:
    """State, origin and number of each callback, oldest first."""
    with acting_as(coordinator, purpose="test"):
        return [(row.state, row.origin, row.phone) for row in Callback.objects.order_by("made_at")]
