"""No caller stays alone in a room: the room ends with the handler, failed commands have a fallback, a sweep checks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from answering import Provider
from django.utils import timezone
from people import People, as_user
from telephone import (
    Desk,
    Phone,
    agent_now,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    picked_up,
    settle,
    talking,
    waiting,
)

from foundation.journal.models import Event
from hotline.switchboard import actions
from hotline.switchboard.models import Command, Leg, Line
from hotline.switchboard.tasks import ask_about_calls, run_commands, run_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(people: People, line: Line, provider: Provider) -> Phone:
    go_on_duty(people.handler)
    return waiting()


@pytest.fixture
def desk(people: People, phone: Phone) -> Desk:
    desk = talking(people.handler, phone)
    settle()
    return desk


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(timezone.now(), tick=False) as coordinates:
        yield coordinates


def told(people: People, kind: str) -> int:
    return int(as_user(people.coordinator, Event.objects.filter(kind=kind).count))


def again() -> None:
    long_ago = timezone.now() - timedelta(days=1)  # relative to the database's clock, which tests cannot set
    by_telephone(lambda: Command.objects.filter(state="waiting").update(due_at=long_ago, claimed_until=None))
    run_commands()


def does(user: Any, action: Any, phone: Phone, /, **values: Any) -> Any:
    return as_user(user, action, by=user, call_id=phone.call.pk, **values)


def consult(people: People, phone: Phone) -> Leg:
    does(people.handler, actions.consult, phone, leg_id=uuid.uuid4(), phone="+498999999999", organisation=None)
    return leg_of(phone.call, "partner")


def paths(provider: Provider) -> list[tuple[str, str]]:
    """The requests in short form: of a call, a room or a participant."""
    return [(path.split("/")[1], next(iter(form.values()), "")) for path, form in provider.asked]


# --- whose leaving ends the room ------------------------------------------------------------------------------------


def test_room_ends_with_the_handler(people: People, phone: Phone) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    room = desk.press("1").find(".//Conference")
    assert room is not None
    assert room.attrib["endConferenceOnExit"] == "true"


def test_room_continues_with_a_partner_and_ends_with_the_partner_after_the_handover(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    partner = consult(people, phone)
    run_commands()
    place = f"/Conferences/CF1/Participants/{desk.leg.label}.json"
    assert (place, {"EndConferenceOnExit": "False"}) in [(p, {k: v.title() for k, v in f.items()}) for p, f in
                                                         provider.asked]  # fmt: skip
    other = Desk(leg=partner, sid=leg_of(phone.call, "partner").sid or "")
    other.status("in-progress", sequence=1)
    phone.in_room("participant-join", sequence=5, label=partner.label)
    does(people.handler, actions.hand_over, phone)
    run_commands()
    assert leg_of(phone.call, "partner").is_bound
    kinds = by_telephone(lambda: list(Command.objects.order_by("pk").values_list("kind", flat=True)))
    assert kinds.index("bind") < kinds.index("hang_up")


def test_room_ends_with_the_handler_again_after_the_partner_left(people: People, phone: Phone, desk: Desk) -> None:
    partner = consult(people, phone)
    settle()
    assert not desk.now().is_bound
    Desk(leg=partner).hang_up("busy")
    run_commands()
    assert desk.now().is_bound


def test_handover_is_cancelled_if_unbinding_the_handler_fails(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    partner = consult(people, phone)
    by_telephone(lambda: Command.objects.filter(kind="unbind").update(state="failed", ended_at=timezone.now()))
    settle()
    Desk(leg=partner).status("in-progress", sequence=1)
    phone.in_room("participant-join", sequence=5, label=partner.label)
    does(people.handler, actions.hand_over, phone)
    provider.answers = [(200, 0), (200, 0), (400, 1)]
    run_commands()
    assert (phone.call.state, desk.now().state) == ("talking", "in_room")
    assert {"Status": "completed"} not in [form for _path, form in provider.asked]
    assert told(people, "call.handover_failed") == 1


# --- commands that fail -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [(401, 20003), (500, 0), (400, 1), (429, 1)])
def test_goodbye_falls_back_if_the_redirect_fails(
    people: People, phone: Phone, desk: Desk, provider: Provider, answer: tuple[int, int]
) -> None:
    does(people.handler, actions.hang_up, phone)
    provider.answers = [answer, answer]
    for _ in range(3):
        again()
    assert [kind for kind, _value in paths(provider)] == ["Calls", "Conferences", "Calls"]
    assert provider.asked[-1][1] == {"Status": "completed"}


def test_goodbye_ends_the_call_if_the_room_has_ended(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    does(people.handler, actions.hang_up, phone)
    provider.answers = [(500, 0), (404, 20404)]
    again()
    again()
    assert [kind for kind, _value in paths(provider)] == ["Calls", "Conferences", "Calls"]
    assert phone.call.state == "talking", "ended when the provider says so"


def test_goodbye_refused_in_every_way_is_shown_as_a_problem(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    does(people.handler, actions.hang_up, phone)
    provider.answers = [(400, 1)] * 3
    run_commands()
    assert (told(people, "call.alone"), phone.call.alone_since is not None) == (1, True)


def test_goodbye_does_not_wait_for_a_failing_hold(people: People, phone: Phone, desk: Desk, provider: Provider) -> None:
    does(people.handler, actions.hold, phone, is_held=True)
    provider.answers = [(500, 0)]
    run_commands()
    does(people.handler, actions.hang_up, phone)
    run_commands()
    assert provider.asked[-1][1].get("Url", "").endswith("/after/")


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("is_held", [True, False])
def test_failed_hold_shows_the_actual_state(
    people: People, phone: Phone, desk: Desk, provider: Provider, is_held: bool, status: int
) -> None:
    if not is_held:
        does(people.handler, actions.hold, phone, is_held=True)
        settle()
    does(people.handler, actions.hold, phone, is_held=is_held)
    provider.answers = [(status, 20404 if status == 404 else 1)]
    run_commands()
    assert phone.call.is_held == (not is_held and status == 400)


def test_caller_is_resumed_if_the_partner_cannot_be_rung(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    consult(people, phone)
    provider.answers = [(200, 0), (200, 0), (400, 13224)]
    run_commands()
    assert leg_of(phone.call, "partner").state == "ended"
    kinds = by_telephone(lambda: list(Command.objects.values_list("kind", flat=True)))
    assert kinds.count("resume") == 1
    assert desk.now().is_bound


@pytest.mark.parametrize(
    ("answer", "reason"), [((400, 13224), "refused"), ((201, 0), "not_reached")], ids=["refused", "not picked up"]
)
def test_agent_shows_why_the_system_set_it_to_break(
    people: People, phone: Phone, provider: Provider, answer: tuple[int, int], reason: str
) -> None:
    claim(people.handler, phone)
    provider.answers = [answer]
    run_commands()
    leg = leg_of(phone.call)
    if leg.ended_at is None:
        Desk(leg=leg, sid=leg.sid or "").hang_up("no-answer")
    assert (agent_now(people.handler).state, agent_now(people.handler).reason) == ("break", reason)
    go_on_duty(people.handler)
    assert agent_now(people.handler).reason == ""


# --- the sweep ----------------------------------------------------------------------------------------------------


def test_caller_alone_in_the_room_is_detected_and_gets_a_goodbye(
    people: People, phone: Phone, desk: Desk, clock: time_machine.Coordinates
) -> None:
    """The handler's telephone has ended, the room should have ended with it, and no goodbye was played."""
    desk.hang_up()
    run_queue()
    assert ordered(phone.call) == [], "the room ends by itself"
    clock.shift(4)
    for _ in range(2):
        run_queue()
    assert ordered(phone.call) == ["goodbye"]
    assert (told(people, "call.alone"), phone.call.alone_since is not None) == (1, True)


def test_goodbye_is_ordered_again_every_ten_seconds_while_the_caller_is_alone(
    people: People, phone: Phone, desk: Desk, clock: time_machine.Coordinates
) -> None:
    desk.hang_up()
    made = []
    for _second in range(0, 40, 2):
        clock.shift(2)
        run_queue()
        settle()
        made.append(by_telephone(lambda: Command.objects.filter(kind="goodbye").count()))
    assert made[1:3] == [1, 1]
    assert made[-1] == 4
    assert told(people, "call.alone") == 1


def test_caller_who_hears_the_goodbye_gets_no_second_one(
    people: People, phone: Phone, desk: Desk, clock: time_machine.Coordinates
) -> None:
    desk.hang_up()
    assert [verb.tag for verb in phone.step("after")] == ["Say", "Hangup"]
    clock.shift(6)
    run_queue()
    assert ordered(phone.call) == []


def test_caller_with_somebody_in_the_room_is_not_alone(
    people: People, phone: Phone, desk: Desk, clock: time_machine.Coordinates
) -> None:
    partner = consult(people, phone)
    settle()
    Desk(leg=partner).status("in-progress", sequence=1)
    phone.in_room("participant-join", sequence=5, label=partner.label)
    desk.hang_up()
    settle()
    clock.shift(30)
    run_queue()
    assert "goodbye" not in ordered(phone.call)


# --- joining, and ends that were not reported ------------------------------------------------------------------------


def test_caller_who_hangs_up_while_joining_counts_as_unanswered(people: People, phone: Phone) -> None:
    picked_up(people.handler, phone)
    phone.step("room")
    phone.hang_up()
    assert (phone.call.ending, phone.call.connected_at) == ("abandoned", None)
    assert agent_now(people.handler).state == "wrap_up"
    assert phone.call.contact is not None


@pytest.mark.parametrize("first", ["caller", "handler"])
def test_conversation_begins_when_both_are_there(people: People, phone: Phone, first: str) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    desk.press("1")
    phone.step("room")
    labels = {"caller": phone.call.room, "handler": desk.leg.label}
    second = next(one for one in labels if one != first)
    phone.in_room("participant-join", sequence=1, label="" if first == "caller" else labels[first])
    assert phone.call.state == "connecting"
    phone.in_room("participant-join", sequence=2, label="" if second == "caller" else labels[second])
    assert (phone.call.state, phone.call.connected_at is not None) == ("talking", True)


def test_conversation_is_assumed_ten_seconds_after_joining_without_events(
    people: People, phone: Phone, clock: time_machine.Coordinates
) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    desk.press("1")
    phone.step("room")
    clock.shift(8)
    run_queue()
    assert phone.call.state == "connecting"
    clock.shift(3)
    run_queue()
    assert phone.call.state == "talking"


def test_claim_does_not_expire_while_the_caller_is_in_the_room(
    people: People, phone: Phone, clock: time_machine.Coordinates
) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    clock.shift(44)
    desk.press("1")
    phone.step("room")
    clock.shift(5)
    run_queue()
    assert (phone.call.state, desk.now().state) == ("connecting", "answered")


def test_caller_returns_to_the_queue_if_the_handler_leaves_before_the_conversation(
    people: People, phone: Phone, provider: Provider, clock: time_machine.Coordinates
) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    desk.press("1")
    settle()
    phone.step("room")
    desk.hang_up()
    clock.shift(4)
    run_queue()
    assert (phone.call.state, ordered(phone.call)) == ("waiting", ["requeue"])
    again()
    assert provider.asked[-1][1]["Url"].endswith(f"/call/{phone.call.pk}/room/")
    assert phone.step("room").find("Enqueue") is not None
    assert phone.call.entered_at is None


def test_caller_returns_to_the_queue_if_the_room_ends_before_the_conversation(people: People, phone: Phone) -> None:
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    desk.press("1")
    phone.step("room")
    desk.hang_up()
    assert [verb.tag for verb in phone.step("after")] == ["Pause", "Redirect"]
    assert phone.step("room").find("Enqueue") is not None
    assert (phone.call.state, agent_now(people.handler).state) == ("waiting", "break")


def completed(provider: Provider, phone: Phone, desk: Desk) -> None:
    """The provider lists both calls as ended."""
    provider.shows = lambda path: (200, b'{"sid": "CA1", "status": "completed"}')  # type: ignore[method-assign]


def test_unreported_ends_are_detected_within_30_seconds(
    people: People, phone: Phone, desk: Desk, provider: Provider, clock: time_machine.Coordinates
) -> None:
    completed(provider, phone, desk)
    clock.shift(15)
    ask_about_calls()
    assert phone.call.state == "talking"
    clock.shift(6)
    ask_about_calls()
    assert (phone.call.state, phone.call.ending) == ("ended", "answered")
    assert agent_now(people.handler).state == "wrap_up"


@pytest.mark.parametrize("who", ["caller", "handler"])
def test_leaving_the_room_makes_the_sweep_ask_at_once(
    people: People, phone: Phone, desk: Desk, provider: Provider, clock: time_machine.Coordinates, who: str
) -> None:
    completed(provider, phone, desk)
    phone.in_room("participant-leave", sequence=9, label="" if who == "caller" else desk.leg.label)
    clock.shift(3)
    ask_about_calls()
    assert phone.call.state == "ended"


def test_provider_that_does_not_answer_is_asked_again(
    people: People, phone: Phone, desk: Desk, provider: Provider, clock: time_machine.Coordinates
) -> None:
    clock.shift(21)
    provider.answers = [(500, 0), (500, 0)]
    ask_about_calls()
    assert phone.call.state == "talking"
    completed(provider, phone, desk)
    clock.shift(timedelta(seconds=21))
    ask_about_calls()
    assert phone.call.state == "ended"


@pytest.mark.parametrize("order", ["caller first", "handler first", "telephone first"])
def test_caller_who_hangs_up_was_not_cut_off(people: People, phone: Phone, desk: Desk, order: str) -> None:
    """The room ends with the caller, and the event of the handler's leaving may arrive before the caller's."""
    told_of = [
        lambda: phone.in_room("participant-leave", sequence=8, reason="participant_hung_up"),
        lambda: phone.in_room(
            "participant-leave", sequence=9, label=desk.leg.label, reason="moderator_ended_conference"
        ),
    ]
    if order == "telephone first":
        desk.hang_up()
    for tell_it in reversed(told_of) if order == "handler first" else told_of:
        tell_it()
    phone.hang_up()
    assert not waiting().call.is_urgent


def test_caller_cut_off_by_the_handlers_telephone_is_first_in_the_queue(
    people: People, phone: Phone, desk: Desk
) -> None:
    phone.in_room("participant-leave", sequence=8, label=desk.leg.label, reason="participant_hung_up")
    phone.in_room("participant-leave", sequence=9, reason="moderator_ended_conference")
    phone.hang_up()
    assert waiting().call.is_urgent


def test_partner_leaving_after_a_failed_handover_does_not_end_the_room(
    people: People, phone: Phone, desk: Desk, provider: Provider
) -> None:
    """The partner was bound to the room already when removing the handler failed."""
    partner = consult(people, phone)
    settle()
    other = Desk(leg=partner)
    other.status("in-progress", sequence=1)
    phone.in_room("participant-join", sequence=8, label=partner.label)
    does(people.handler, actions.hand_over, phone)
    kinds = ordered(phone.call)
    assert kinds[-2:] == ["bind", "hang_up"]
    provider.answers = [*[(201, 0)] * (len(kinds) - 1), (400, 21212)]
    run_commands()
    assert phone.call.state == "talking"
    assert not leg_of(phone.call, "partner").is_bound


def test_answered_telephone_is_not_ended_as_never_rung(people: People, phone: Phone, provider: Provider) -> None:
    """The request succeeded with a 500 response; the telephone's event arrived before the repeat."""
    provider.answers = [(500, 20500)]
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    run_commands()
    desk.says(f"/telephone/leg/{desk.leg.pk}/answer/")
    again()
    assert (desk.now().ended_at, phone.call.state) == (None, "connecting")
    assert [verb.tag for verb in desk.press("1")] == ["Dial"]
