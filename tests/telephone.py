"""The provider as the platform hears it: signed webhooks through the public door, without a network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import Organisation, User
from accounts.services import Service, service_user
from privacy.context import acting_as
from switchboard.models import Call, Command, Leg, Line, Seat
from switchboard.seats import arrange_seat, choose_state, seat_of
from switchboard.states import SeatState

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
    """A webhook as the provider sends it. ``repeat``: its idempotency token; a new one when empty."""
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

    def says(self, path: str, **values: str) -> ET.Element:
        known = {
            "CallSid": self.sid,
            "From": self.number,
            "To": self.to,
            "Direction": "inbound",
            "CallStatus": "in-progress",
        }
        answer = tell(path, {**known, **values})
        assert answer.status_code in (200, 204), answer.status_code
        self.heard = ET.fromstring(answer.content) if answer.content else ET.Element("Response")
        return self.heard

    def ring(self) -> ET.Element:
        return self.says("/telephone/voice/")

    def press(self, key: str) -> ET.Element:
        """Press a key at the last <Gather>; no key when empty."""
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

    def hang_up(self) -> None:
        self.says("/telephone/status/", CallStatus="completed", SequenceNumber="0", CallDuration="10")

    @property
    def call(self) -> Call:
        """As the telephone's service sees it now."""
        with acting_as(service_user(Service.TELEPHONE), purpose="test"):
            found = Call.objects.select_related("contact", "callback").get(sid=self.sid)
            assert found.phone is not None
        return found


def spoken(document: ET.Element) -> str:
    return " ".join(node.text or "" for node in document.iter("Say"))


def make_line(centre: Organisation, **values: Any) -> Line:
    usual = {"number": LINE, "name": "Main line", "languages": ["de", "en"], "is_round_the_clock": True}
    return Line.objects.create(centre=centre, **{**usual, **values})


def take_seat(user: User, *, phone: str = DESK, languages: tuple[str, ...] = ("de", "en"), **values: Any) -> Seat:
    """The handler sits down and is ready."""
    with acting_as(user, purpose="test"):
        seat = seat_of(by=user)
        arranged = {"is_browser": False, "skills": [], **values}
        arrange_seat(by=user, seat=seat, phone=phone, languages=list(languages), **arranged)  # type: ignore[arg-type]
        return choose_state(by=user, state=SeatState.READY)


def ordered(call: Call) -> list[str]:
    """The commands that wait for the provider, in order."""
    with acting_as(service_user(Service.TELEPHONE), purpose="test"):
        return [command.kind for command in Command.objects.filter(call=call, state="waiting").order_by("pk")]


def leg_of(call: Call, party: str = "handler") -> Leg:
    with acting_as(service_user(Service.TELEPHONE), purpose="test"):
        return Leg.objects.filter(call=call, party=party).latest("made_at")
