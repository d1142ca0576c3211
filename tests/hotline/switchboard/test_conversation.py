"""Hold, consult, hand over, hang up: the ordered commands, and the state after the provider's events."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from people import People, as_user
from telephone import (
    Desk,
    Phone,
    agent_now,
    as_service,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    settle,
    talking,
    waiting,
)

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.stale import Stale
from hotline.switchboard import actions
from hotline.switchboard.command_execution import request_for
from hotline.switchboard.models import Command, Leg, Line
from hotline.switchboard.sweep import release_claims

pytestmark = pytest.mark.django_db
PARTNER = "+498999999999"


@pytest.fixture
def phone(people: People, line: Line) -> Phone:
    return waiting()


@pytest.fixture
def desk(people: People, phone: Phone) -> Desk:
    """The handler's telephone, in a conversation with the caller."""
    go_on_duty(people.handler)
    desk = talking(people.handler, phone)
    settle()
    return desk


def does(user: User, action: Callable[..., Any], caller: Phone, /, **values: Any) -> Any:
    return as_user(user, action, by=user, call_id=caller.call.pk, **values)


def consult(user: User, phone: Phone, leg_id: uuid.UUID | None = None) -> Desk:
    values = {"phone": PARTNER, "organisation": None, "leg_id": leg_id or uuid.uuid4()}
    return Desk(leg=does(user, actions.consult, phone, **values))


def with_partner(user: User, phone: Phone) -> Desk:
    """The partner has answered and is in the room."""
    partner = consult(user, phone)
    settle()
    partner.status("in-progress", sequence=1)
    phone.in_room("participant-join", sequence=5, label=partner.leg.label)
    return partner


def leaves(phone: Phone, desk: Desk) -> None:
    """The provider's events: the participant leaves the room, and the call has ended."""
    phone.in_room("participant-leave", sequence=20, label=desk.now().label, reason="participant_hung_up")
    desk.hang_up()


# --- hold -------------------------------------------------------------------------------------------------------


def test_hold_and_resume_are_ordered_once_each(people: People, phone: Phone, desk: Desk) -> None:
    for is_held in (True, True, False, False, True):
        does(people.handler, actions.hold, phone, is_held=is_held)
        assert phone.call.is_held == is_held
    assert ordered(phone.call) == ["hold", "resume", "hold"]


def test_hold_state_follows_the_provider(people: People, phone: Phone, desk: Desk) -> None:
    for sequence, (event, is_held) in enumerate(
        [("participant-hold", True), ("participant-unhold", False), ("participant-hold", True)], start=5
    ):
        phone.in_room(event, sequence=sequence)
        assert phone.call.is_held == is_held
    assert ordered(phone.call) == []


def test_call_without_a_conversation_cannot_be_held(people: People, phone: Phone) -> None:
    go_on_duty(people.handler)
    claim(people.handler, phone)
    with pytest.raises(Stale):
        does(people.handler, actions.hold, phone, is_held=True)
    assert not phone.call.is_held


# --- the partner ------------------------------------------------------------------------------------------------


def test_a_partner_is_rung_once_while_the_caller_is_on_hold(people: People, phone: Phone, desk: Desk) -> None:
    leg_id = uuid.uuid4()
    for _ in range(2):
        consult(people.handler, phone, leg_id)
    assert ordered(phone.call) == ["hold", "unbind", "add"]
    assert phone.call.is_held
    assert by_telephone(lambda: Leg.objects.filter(party="partner").count()) == 1
    with pytest.raises(Stale):
        consult(people.handler, phone)
    does(people.handler, actions.hold, phone, is_held=False)
    assert ordered(phone.call) == ["hold", "unbind", "add", "resume"]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_caller_is_resumed_if_the_partner_does_not_answer(
    people: People, phone: Phone, desk: Desk, status: str
) -> None:
    partner = consult(people.handler, phone)
    settle()
    partner.status("ringing", sequence=1)
    partner.hang_up(status)
    assert ordered(phone.call) == ["resume", "bind"]
    phone.in_room("participant-unhold", sequence=8)
    assert (phone.call.state, phone.call.is_held) == ("talking", False)
    consult(people.handler, phone)
    assert ordered(phone.call) == ["resume", "bind", "hold", "unbind", "add"]


def test_dismissing_the_partner_resumes_the_caller(people: People, phone: Phone, desk: Desk) -> None:
    partner = with_partner(people.handler, phone)
    does(people.handler, actions.dismiss_partner, phone)
    assert ordered(phone.call) == ["hang_up", "resume"]
    leaves(phone, partner)
    does(people.handler, actions.dismiss_partner, phone)
    assert ordered(phone.call) == ["hang_up", "resume", "bind"]
    assert (phone.call.state, phone.call.is_held) == ("talking", False)


def test_a_warm_handover_leaves_caller_and_partner_together(people: People, phone: Phone, desk: Desk) -> None:
    partner = with_partner(people.handler, phone)
    does(people.handler, actions.hand_over, phone)
    assert ordered(phone.call) == ["resume", "bind", "hang_up"]
    leaves(phone, desk)
    assert agent_now(people.handler).state == "wrap_up"
    assert phone.call.state == "talking"
    assert "goodbye" not in ordered(phone.call)
    settle()
    leaves(phone, partner)
    assert ordered(phone.call) == [], "the room has ended with the partner"
    assert [verb.tag for verb in phone.step("after")] == ["Say", "Hangup"]
    phone.hang_up()
    assert phone.call.ending == "answered"


@pytest.mark.parametrize("step", ["nobody", "rung", "gone"])
def test_handover_without_a_connected_partner_is_refused(people: People, phone: Phone, desk: Desk, step: str) -> None:
    if step != "nobody":
        partner = consult(people.handler, phone)
        partner.hang_up("busy") if step == "gone" else partner.status("ringing", sequence=1)
    with pytest.raises(Stale):
        does(people.handler, actions.hand_over, phone)
    assert "hang_up" not in ordered(phone.call)


def test_after_a_handover_the_handler_takes_the_next_call(people: People, phone: Phone, desk: Desk) -> None:
    with_partner(people.handler, phone)
    does(people.handler, actions.hand_over, phone)
    leaves(phone, desk)
    go_on_duty(people.handler)
    second = waiting("+493411234568")
    talking(people.handler, second)
    assert (phone.call.state, second.call.state) == ("talking", "talking")
    phone.hang_up()
    assert agent_now(people.handler).state == "on_call"


# --- the end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_held", [True, False])
def test_handler_leaving_with_a_partner_connected_does_not_end_the_call(
    people: People, phone: Phone, desk: Desk, is_held: bool
) -> None:
    with_partner(people.handler, phone)
    does(people.handler, actions.hold, phone, is_held=is_held)
    settle()
    leaves(phone, desk)
    assert ordered(phone.call) == ["bind", *(["resume"] if is_held else [])]
    assert phone.call.state == "talking"
    assert agent_now(people.handler).state == "wrap_up"


@pytest.mark.parametrize("partner", ["nobody", "rung", "gone"])
def test_handler_leaving_without_a_partner_ends_the_call(
    people: People, phone: Phone, desk: Desk, partner: str
) -> None:
    if partner != "nobody":
        second = consult(people.handler, phone)
        second.hang_up("busy") if partner == "gone" else second.status("ringing", sequence=1)
    settle()
    leaves(phone, desk)
    # The room ends with the handler; if a partner was rung, a command is needed.
    assert ordered(phone.call) == (["goodbye"] if partner == "rung" else [])
    assert agent_now(people.handler).state == "wrap_up"


def test_a_call_is_hung_up_once_for_everybody(people: People, phone: Phone, desk: Desk) -> None:
    partner = with_partner(people.handler, phone)
    for _ in range(2):
        does(people.handler, actions.hang_up, phone)
    assert ordered(phone.call) == ["goodbye"]
    leaves(phone, desk)
    leaves(phone, partner)
    assert ordered(phone.call).count("goodbye") == 1, "a second one would start again"
    assert [verb.tag for verb in phone.step("after")] == ["Say", "Hangup"]
    phone.hang_up()
    does(people.handler, actions.hang_up, phone)
    assert phone.call.ending == "answered"


def test_hanging_up_before_the_conversation_ends_the_call_too(people: People, phone: Phone) -> None:
    go_on_duty(people.handler)
    claim(people.handler, phone)
    does(people.handler, actions.hang_up, phone)
    assert ordered(phone.call) == ["dial", "goodbye"]
    phone.hang_up()
    assert agent_now(people.handler).state == "wrap_up"


STEPS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (actions.hold, {"is_held": True}),
    (actions.consult, {"leg_id": uuid.uuid4(), "phone": PARTNER, "organisation": None}),
    (actions.dismiss_partner, {}),
    (actions.hand_over, {}),
    (actions.hang_up, {}),
]


@pytest.mark.parametrize("who", ["colleague", "other_handler", "other_coordinator", "worker", "dpo", "funder"])
def test_other_handlers_cannot_act_on_a_conversation(people: People, phone: Phone, desk: Desk, who: str) -> None:
    for action, values in STEPS:
        with pytest.raises(NotAllowed):
            does(getattr(people, who), action, phone, **values)
    assert (phone.call.is_held, ordered(phone.call)) == (False, [])


@pytest.mark.parametrize(("action", "values"), STEPS[:4], ids=[action.__name__ for action, _values in STEPS[:4]])
def test_stale_tab_gets_a_message_that_the_conversation_has_ended(
    people: People, phone: Phone, desk: Desk, action: Callable[..., Any], values: dict[str, Any]
) -> None:
    phone.hang_up()
    before = ordered(phone.call)
    with pytest.raises(Stale):
        does(people.handler, action, phone, **values)
    assert ordered(phone.call) == before


def test_a_coordinator_may_end_any_call(people: People, phone: Phone, desk: Desk) -> None:
    does(people.coordinator, actions.hang_up, phone)
    assert ordered(phone.call) == ["goodbye"]


def test_caller_leaving_hangs_up_every_other_telephone(people: People, phone: Phone, desk: Desk) -> None:
    partner = with_partner(people.handler, phone)
    phone.hang_up()
    assert ordered(phone.call) == ["hang_up", "hang_up"]
    leaves(phone, partner)
    desk.says(f"/telephone/leg/{desk.leg.pk}/after/")
    assert [leg.state for leg in (desk.now(), partner.now())] == ["ended", "ended"]
    assert ordered(phone.call) == ["hang_up", "hang_up"]


def test_released_claim_hangs_up_a_telephone_that_may_still_ring(people: People, phone: Phone) -> None:
    go_on_duty(people.handler)
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    desk.press("1")
    as_service(release_claims, now=timezone.now() + timedelta(minutes=1))
    assert phone.call.state == "waiting"
    command = by_telephone(lambda: Command.objects.get(kind="hang_up"))
    request: Any = by_telephone(request_for, command=command)
    assert request.keywords == {"sid": desk.sid}, "nobody stands alone in a room"
