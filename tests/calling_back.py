"""Helpers for outbound calls: the desk, the handler's telephone, the person's telephone."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from telephone import (
    Desk,
    Phone,
    by_telephone,
    leg_of,
)

from hotline.contacts.callbacks import schedule_callback
from hotline.contacts.models import Callback
from hotline.switchboard.models import Call

PERSON = "+493411234567"
_sids = itertools.count(1)


def url(name: str, *keys: object) -> str:
    return reverse(f"switchboard:{name}", args=keys)


def planned(people: People, phone: str = PERSON, **values: Any) -> Callback:
    usual = {"callback_id": uuid.uuid4(), "due_at": timezone.now(), "language": "de", **values}
    made = as_user(people.coordinator, schedule_callback, by=people.coordinator, phone=phone, **usual)
    assert isinstance(made, Callback)
    return made


def press_call(client: Client, callback: Callback) -> Any:
    return client.post(url("call_back", callback.pk))


def the_call() -> Call:
    """The newest outbound call."""

    def find() -> Call:
        found = Call.objects.select_related("contact").filter(direction="outbound").latest("arrived_at")
        assert found.phone is not None
        return found

    return by_telephone(find)  # type: ignore[no-any-return]


def calls_out() -> int:
    return by_telephone(Call.objects.filter(direction="outbound").count)  # type: ignore[no-any-return]


def rung(people: People, client: Client, callback: Callback | None = None) -> Desk:
    """The handler has pressed *Call*; the desk phone is about to ring."""
    answer = press_call(client, callback or planned(people))
    assert answer.status_code == 302, answer.status_code
    return Desk(leg=leg_of(the_call()))


def in_room(desk: Desk) -> Phone:
    """The handler has picked up and waits in the room. Returns the person's telephone."""
    desk.ring()
    desk.press("1")
    person = Phone(PERSON)
    room_tells(person, "participant-join", sequence=1, label=desk.leg.label, sid=desk.sid)
    return person


def room_tells(person: Phone, event: str, *, sequence: int, label: str = "", sid: str = "") -> None:
    values = {"StatusCallbackEvent": event, "ConferenceSid": "CF1", "SequenceNumber": str(sequence)}
    values |= {"ParticipantLabel": label or the_call().room, "CallSid": sid or person.sid}
    person.says(f"/telephone/call/{the_call().pk}/conference/", **values)


def person_is(person: Phone, status: str, sequence: int = 1) -> None:
    person.says(f"/telephone/call/{the_call().pk}/person/", CallStatus=status, SequenceNumber=str(sequence))


def picks_up(person: Phone) -> None:
    person_is(person, "ringing", 1)
    person_is(person, "in-progress", 2)
    room_tells(person, "participant-join", sequence=2)


def part(client: Client, callback: Callback) -> str:
    answer = client.get(url("part_callback", callback.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def states(callback: Callback, people: People) -> tuple[str, Any]:
    found = as_user(people.coordinator, lambda: Callback.objects.get(pk=callback.pk))
    return found.state, found.claimed_by_id
