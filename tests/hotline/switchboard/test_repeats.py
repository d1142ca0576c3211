"""Webhooks that arrive repeatedly, late and in any order lead to the same result."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import People, as_user
from telephone import (
    PUBLIC,
    Desk,
    Phone,
    agent_now,
    by_telephone,
    callbacks,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    sign,
    tell,
    undone,
    waiting,
)

from foundation.accounts.models import User
from foundation.journal.models import Event
from hotline.contacts.models import Contact
from hotline.switchboard.models import Call, Leg, Line, Offer, WebhookEvent
from hotline.switchboard.webhooks import VerifiedWebhook, webhook

pytestmark = pytest.mark.django_db
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def whole_call(people: People, times: Iterator[int]) -> Call:
    """A whole call: first ring, a handler who does not answer, a conversation, the end."""
    phone = Phone(times=times)
    go_on_duty(people.handler)
    phone.ring()
    phone.press("")
    phone.press("1")
    phone.wait()
    phone.press("")
    first = Desk(leg=leg_of(claim(people.handler, phone)), times=times)
    first.ring()
    first.press("")
    first.hang_up()
    go_on_duty(people.colleague)
    second = Desk(leg=leg_of(claim(people.colleague, phone)), times=times)
    second.ring()
    second.press("1")
    phone.in_room("participant-join", sequence=1, label=second.leg.label)
    phone.leave_queue("redirected")
    phone.enter_room()
    phone.in_room("participant-hold", sequence=3)
    phone.in_room("participant-unhold", sequence=4)
    phone.in_room("participant-leave", sequence=5)
    phone.in_room("participant-leave", sequence=6, label=second.leg.label, reason="participant_hung_up")
    phone.step("after")
    phone.hang_up()
    second.says(f"/telephone/leg/{second.leg.pk}/after/")
    second.hang_up()
    return phone.call


def left_behind(people: People, call: Call) -> Any:
    """All rows and events of the call, without ids and times."""

    def as_telephone() -> Any:
        return (
            (call.state, call.ending, call.is_held, call.claimed_by_id, call.language),
            [(leg.party, leg.state, leg.reason, leg.user_id) for leg in Leg.objects.order_by("made_at")],
            sorted(Offer.objects.values_list("state", "agent__user_id")),
            WebhookEvent.objects.exclude(problem="").count(),
        )

    told = as_user(people.coordinator, lambda: list(Event.objects.values_list("kind", flat=True)))
    contacts = as_user(people.coordinator, lambda: list(Contact.objects.values_list("handler", "state")))
    agents = [agent_now(user).state for user in (people.handler, people.colleague)]
    return by_telephone(as_telephone), sorted(told), contacts, agents, ordered(call), callbacks(people.coordinator)


def test_webhooks_sent_three_times_have_the_same_answer_and_one_effect(people: People, line: Line) -> None:
    """``Phone`` compares the answers."""
    with undone():
        once = left_behind(people, whole_call(people, itertools.repeat(1)))

    @settings(FEW, max_examples=3)
    @given(st.lists(st.integers(1, 3), min_size=1, max_size=40))
    def repeated(times: list[int]) -> None:
        with undone():
            assert left_behind(people, whole_call(people, itertools.cycle(times))) == once

    repeated()


def test_compared_call_has_all_steps(people: People, line: Line) -> None:
    (call, legs, offers, problems), told, contacts, agents, commands, _callbacks = left_behind(
        people, whole_call(people, itertools.repeat(2))
    )
    assert call[:2] == ("ended", "answered")
    assert [leg[:2] for leg in legs] == [("handler", "ended")] * 2
    assert [state for state, _who in offers] == ["accepted", "accepted"]
    assert (problems, contacts) == (0, [(people.colleague.pk, "draft")])
    assert (agents, commands) == (["break", "wrap_up"], ["dial", "dial", "connect"])
    assert told.count("call.talking") == told.count("call.ended") == told.count("contact.opened") == 1


# --- any order ---------------------------------------------------------------------------------------------------

News = tuple[str, dict[str, str]]


def of_room(event: str, sequence: int, label: str, reason: str = "") -> News:
    said = {"StatusCallbackEvent": event, "SequenceNumber": str(sequence), "ParticipantLabel": label}
    if label == "{leg_label}":
        said["CallSid"] = "{leg_sid}"
    return "call/{call}/conference/", {"ConferenceSid": "CF1", "ReasonParticipantLeft": reason, **said}


def of_leg(status: str, sequence: int) -> News:
    return "leg/{leg}/status/", {"CallStatus": status, "SequenceNumber": str(sequence), "CallSid": "{leg_sid}"}


TALKING: list[News] = [
    of_leg("initiated", 0),
    of_leg("ringing", 1),
    of_leg("in-progress", 2),
    of_room("conference-start", 1, ""),
    of_room("participant-join", 2, "{leg_label}"),
    of_room("participant-join", 3, "{call_label}"),
    of_room("participant-hold", 4, "{call_label}"),
    of_room("participant-unhold", 5, "{call_label}"),
]
ENDED: list[News] = [
    of_room("participant-hold", 6, "{call_label}"),
    of_room("participant-leave", 7, "{call_label}", "participant_hung_up"),
    of_room("participant-leave", 8, "{leg_label}", "conference_ended_via_api"),
    of_room("conference-end", 9, ""),
    of_leg("completed", 3),
    ("status/", {"CallStatus": "completed", "SequenceNumber": "0"}),
]


def after_all(people: People, events: list[News]) -> Any:
    """The state of a conversation after these events, which begin when the caller requests the room."""
    go_on_duty(people.handler)
    phone = waiting()
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.says(f"/telephone/leg/{desk.leg.pk}/answer/")
    desk.press("1")
    phone.step("room")
    call = phone.call
    names = {"call": str(call.pk), "leg": str(desk.leg.pk), "leg_sid": desk.sid}
    names |= {"leg_label": desk.leg.label, "call_label": call.room}
    for path, values in events:
        said = {name: value.format(**names) for name, value in values.items()}
        tell(f"/telephone/{path.format(**names)}", {"CallSid": phone.sid, **said})
    call, leg = phone.call, desk.now()
    contacts = as_user(people.coordinator, Contact.objects.count)
    return (
        (call.state, call.ending, call.is_held, call.room_sid),
        (leg.state, agent_now(people.handler).state, contacts),
        [one for one in callbacks(people.coordinator) if one[0] != "cancelled"],
    )


@FEW
@given(st.permutations(TALKING), st.lists(st.sampled_from(TALKING), max_size=4))
def test_conversation_is_the_same_for_any_order_of_events(
    people: People, line: Line, events: list[News], again: list[News]
) -> None:
    with undone():
        assert after_all(people, [*events, *again]) == (
            ("talking", "", False, "CF1"),
            ("in_room", "on_call", 1),
            [],
        )


@FEW
@given(st.permutations(TALKING + ENDED), st.lists(st.sampled_from(TALKING + ENDED), max_size=4))
def test_end_is_the_same_for_any_order_of_events(
    people: People, line: Line, events: list[News], again: list[News]
) -> None:
    with undone():
        assert after_all(people, [*events, *again]) == (
            ("ended", "answered", False, "CF1"),
            ("ended", "wrap_up", 1),
            [],
        )


def test_event_of_an_ended_room_does_not_affect_the_current_one(people: People, line: Line) -> None:
    """The first handler's room has ended; the event of its end arrives when the second handler is in a new room."""
    go_on_duty(people.handler)
    phone = waiting()
    first = Desk(leg=leg_of(claim(people.handler, phone)))
    first.ring()
    first.press("1")
    phone.in_room("participant-join", sequence=1, label=first.leg.label, room="CF1")
    first.hang_up()
    go_on_duty(people.colleague)
    second = Desk(leg=leg_of(claim(people.colleague, phone)))
    second.ring()
    second.press("1")
    phone.in_room("participant-join", sequence=1, label=second.leg.label, room="CF2")
    phone.in_room("participant-leave", sequence=2, label=first.leg.label, room="CF1")
    phone.in_room("conference-end", sequence=3, label=" ", room="CF1")
    phone.step("room")
    phone.in_room("participant-join", sequence=2, room="CF2")
    assert (phone.call.room_sid, phone.call.state) == ("CF2", "talking")


@pytest.mark.parametrize("has_token", [True, False])
def test_equal_events_without_sequence_number_or_token_are_one_event(
    people: People, line: Line, has_token: bool
) -> None:
    phone = waiting()
    token = "one" if has_token else ""
    for _ in range(2):
        tell("/telephone/status/", {"CallSid": phone.sid, "CallStatus": "ringing"}, repeat=token)
    expected = 1 if has_token else 2  # ``tell`` generates a token if none is given
    assert by_telephone(lambda: WebhookEvent.objects.filter(kind="status").count()) == expected


@pytest.mark.parametrize(("lost", "problem"), [(2, ""), (3, "OperationalError")])
def test_webhook_is_retried_after_a_deadlock(people: People, line: Line, lost: int, problem: str) -> None:
    tries: list[int] = []

    @webhook("probe")
    def probe(by: User, told: VerifiedWebhook) -> str:
        tries.append(len(tries))
        if len(tries) <= lost:
            connection.cursor().execute("do $$ begin raise exception using errcode = 'deadlock_detected'; end $$")
        return "<Response />"

    values = {"CallSid": "CA1"}
    headers = {"X-Twilio-Signature": sign(f"{PUBLIC}/probe/", values), "I-Twilio-Idempotency-Token": "1"}
    answer = probe(RequestFactory().post("/probe/", values, headers=headers))
    assert (answer.content == b"<Response />", answer.status_code, len(tries)) == (not problem, 200, 3)
    assert by_telephone(lambda: WebhookEvent.objects.get().problem) == problem
