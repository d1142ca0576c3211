"""What simulated calls are held to: each thing that is wrong is told, and nothing of calls that went well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from answering import connected, line, provider
from people import People, as_user
from telephone import Phone, by_telephone, seat_now, settle, take_seat, talking, waiting

from demo.calling import Seen
from demo.invariants import broken
from switchboard.models import Call, Line

__all__ = ["connected", "line", "provider"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def talked(people: People, line: Line) -> Phone:
    """A caller who was answered; both have hung up, and the provider has done what was ordered."""
    take_seat(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    phone.hang_up()
    desk.hang_up()
    settle()
    return phone


def wrong(people: People, *talked: Phone) -> list[str]:
    return held_against(people, Seen(talked=[phone.sid for phone in talked]))


def held_against(people: People, seen: Seen) -> list[str]:
    found: list[str] = as_user(people.coordinator, broken, centre=people.centre, since=ALWAYS, seen=seen)
    return found


def change(phone: Phone, **values: Any) -> None:
    """What no action of ours would do."""
    by_telephone(lambda: Call.objects.filter(sid=phone.sid).update(**values))


def test_nothing_is_wrong_with_calls_that_went_well(people: People, line: Line, talked: Phone) -> None:
    waiting("+493411234568").hang_up()
    assert wrong(people, talked) == []


def test_a_call_that_goes_on(people: People, line: Line) -> None:
    take_seat(people.handler)
    phone = waiting()
    not_ended, shown = wrong(people)
    assert (not_ended, shown.endswith("is still shown")) == (f"{phone.call} has not ended: waiting", True)
    desk = talking(people.handler, phone)
    found = wrong(people)
    assert f"{phone.call} has not ended: talking" in found
    assert f"{desk.leg} is still open: in_room" in found
    assert f"{seat_now(people.handler)} still sits in a call" in found
    assert any("still waits: " in sentence for sentence in found)


def test_who_spoke_with_somebody_was_answered(people: People, line: Line) -> None:
    phone = waiting()
    phone.hang_up()
    assert wrong(people) == []
    assert wrong(people, phone) == [f"in {phone.sid} the caller spoke with somebody, and it does not count as answered"]


def test_answered_calls_have_a_contact_each(people: People, talked: Phone) -> None:
    change(talked, contact=None)
    assert wrong(people, talked) == [f"{talked.call} was answered and has no contact"]


def test_ended_as_something_else(people: People, talked: Phone) -> None:
    change(talked, ending="abandoned")
    assert f"{talked.call} was answered and ended as abandoned" in wrong(people)
    change(talked, ending="answered", connected_at=None)
    assert wrong(people, talked) == [f"{talked.call} was answered by nobody"]


def test_nobody_is_in_two_conversations(people: People, line: Line, talked: Phone) -> None:
    second = waiting("+493411234568")
    second.hang_up()
    first = talked.call
    change(
        second, claimed_by=people.handler, claimed_at=first.claimed_at, connected_at=first.connected_at,
        ending="answered",
    )  # fmt: skip
    assert f"handler {people.handler.pk} was in two calls at {first.connected_at:%H:%M:%S}" in wrong(people)
