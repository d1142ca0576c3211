"""The invariants of simulated calls: each violation is reported, and none for correct calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import past_policies
import pytest
from answering import connected, line, provider
from django.utils import timezone
from people import People, as_user
from telephone import Phone, agent_now, by_telephone, go_on_duty, leg_of, settle, talking, waiting

from demo.calling import Seen
from demo.invariants import broken
from hotline.switchboard.models import Call, Command, Leg, Line, Voicemail

__all__ = ["connected", "line", "provider"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def talked(people: People, line: Line) -> Phone:
    """A caller who was answered; both have hung up, and the provider has done what was ordered."""
    go_on_duty(people.handler)
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
    """Change rows as no action of ours would."""
    past_policies.change(Call.objects.filter(sid=phone.sid), **values)


def test_nothing_is_wrong_with_calls_that_went_well(people: People, line: Line, talked: Phone) -> None:
    waiting("+493411234568").hang_up()
    assert wrong(people, talked) == []


def test_a_call_that_goes_on(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    not_ended, shown = wrong(people)
    assert (not_ended, shown.endswith("is still shown")) == (f"{phone.call} has not ended: waiting", True)
    desk = talking(people.handler, phone)
    found = wrong(people)
    assert f"{phone.call} has not ended: talking" in found
    assert f"{desk.leg} is still open: in_room" in found
    assert f"{agent_now(people.handler)} still sits in a call" in found
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


def test_nobody_is_alone_in_a_room(people: People, talked: Phone) -> None:
    alone = Seen(alone=[(talked.sid, 11.4)], dead=[("CA1", 61.0)])
    assert held_against(people, alone) == [
        f"the caller of {talked.sid} was alone in a room for 11 s",
        "the telephone CA1 was alone in a room for 61 s",
    ]


def test_a_handler_does_not_sit_in_a_call_that_is_over(people: People, talked: Phone) -> None:
    call, leg = talked.call, leg_of(talked.call)
    noticed_late, in_time = timedelta(seconds=62), timedelta(seconds=58)
    assert held_against(people, Seen(ended={call.sid: call.ended_at - in_time, leg.sid: leg.ended_at - in_time})) == []
    assert held_against(people, Seen(ended={call.sid: call.ended_at - noticed_late})) == [
        f"{call} was over for 62 s before that was noticed"
    ]
    assert held_against(people, Seen(ended={leg.sid: leg.ended_at - noticed_late})) == [
        f"{leg} was over for 62 s before that was noticed"
    ]


def test_a_call_that_is_over_and_still_open_here(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    over = {phone.sid: timezone.now() - timedelta(seconds=70)}
    assert f"{phone.call} was over for 70 s before that was noticed" in held_against(people, Seen(ended=over))


def test_no_second_ringing_ends_a_conversation(people: People, talked: Phone) -> None:
    leg = leg_of(talked.call)
    twice = Seen(rings={str(leg.pk): [leg.sid, "CA9"]})
    assert held_against(people, twice) == []
    by_telephone(lambda: Leg.objects.filter(pk=leg.pk).update(reason="busy"))
    assert held_against(people, Seen(rings={str(leg.pk): [leg.sid]})) == []
    assert held_against(people, twice) == [f"{leg} was in a conversation, and ended by a second ringing: busy"]


def test_every_voicemail_has_its_sound_or_a_word_about_it(people: People, line: Line) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    phone.record()
    phone.hang_up()
    call = phone.call
    voicemail = by_telephone(lambda: Voicemail.objects.get(call=call.pk))
    by_telephone(lambda: Command.objects.update(state="failed", ended_at=timezone.now()))
    assert held_against(people, Seen()) == [f"{voicemail} has no sound, and nobody was told"]
    by_telephone(lambda: Voicemail.objects.update(lost_at=timezone.now()))
    assert held_against(people, Seen()) == []
    assert held_against(people, Seen(undeleted=[voicemail.recording_sid, "RE9"])) == [
        f"{voicemail.recording_sid} is still at the provider",
        "RE9 is still at the provider, and was not noticed here",
    ]


def test_who_has_handed_over_is_free_while_the_caller_goes_on(people: People, line: Line, talked: Phone) -> None:
    second = waiting("+493411234568")
    second.hang_up()
    first, leg = talked.call, leg_of(talked.call)
    later = first.ended_at + timedelta(seconds=5)
    change(second, claimed_by=people.handler, claimed_at=first.claimed_at, connected_at=later,
           ended_at=later + timedelta(minutes=1), ending="answered")  # fmt: skip
    change(talked, ended_at=later + timedelta(minutes=2))
    two = f"handler {people.handler.pk} was in two calls at {later:%H:%M:%S}"
    assert two not in wrong(people)
    by_telephone(lambda: Leg.objects.filter(pk=leg.pk).update(ended_at=later + timedelta(seconds=30)))
    assert two in wrong(people)


def test_nobody_is_in_two_conversations(people: People, line: Line, talked: Phone) -> None:
    second = waiting("+493411234568")
    second.hang_up()
    first = talked.call
    change(
        second, claimed_by=people.handler, claimed_at=first.claimed_at, connected_at=first.connected_at,
        ending="answered",
    )  # fmt: skip
    assert f"handler {people.handler.pk} was in two calls at {first.connected_at:%H:%M:%S}" in wrong(people)
