"""Accepting calls: exactly one handler gets a call, and one who does not answer loses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from people import People, as_user
from telephone import (
    DESK,
    Desk,
    Phone,
    agent_now,
    as_service,
    busy,
    by_telephone,
    claim,
    go_on_duty,
    key_not_pressed,
    leg_of,
    make_line,
    not_picked_up,
    open_offers,
    ordered,
    picked_up,
    talking,
    waiting,
)

from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from hotline.contacts.actions import take_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact
from hotline.switchboard.actions import accept, decline
from hotline.switchboard.agents import arrange_agent, choose_state
from hotline.switchboard.dispatch import expire_offers
from hotline.switchboard.models import Call, Leg, Line
from hotline.switchboard.states import AgentState
from hotline.switchboard.sweep import offer_what_waits, release_claims

pytestmark = pytest.mark.django_db
OTHER = "+493411234568"


def contacts(people: People) -> list[tuple[Any, Any]]:
    """Id and handler of every contact of the centre."""
    found = as_user(people.coordinator, lambda: list(Contact.objects.values_list("pk", "handler_id")))
    return [(key, handler) for key, handler in found]


def told(people: People, kind: str = "") -> int:
    """Number of events of this kind."""
    found = as_user(people.coordinator, Event.objects.filter(kind__startswith=kind).count)
    return int(found)


# --- who may ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [AgentState.BREAK, AgentState.OFF])
def test_handler_who_is_not_ready_cannot_accept(people: People, line: Line, state: AgentState) -> None:
    go_on_duty(people.handler)
    as_user(people.handler, choose_state, by=people.handler, state=state)
    phone = waiting()
    with pytest.raises(Stale):
        claim(people.handler, phone)
    assert phone.call.state == "waiting"
    assert contacts(people) == []


def test_handler_in_a_call_cannot_accept_a_second_one(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    first, second = waiting(), waiting(OTHER)
    talking(people.handler, first)
    with pytest.raises(Stale):
        claim(people.handler, second)
    with pytest.raises(Stale):
        as_user(people.handler, choose_state, by=people.handler, state=AgentState.OFF)
    assert (first.call.state, second.call.state) == ("talking", "waiting")


@pytest.mark.parametrize("who", ["other_handler", "other_coordinator", "worker", "funder", "dpo", "administrator"])
@pytest.mark.parametrize("action", [accept, decline])
def test_people_of_other_centres_cannot_act_on_a_call(people: People, line: Line, who: str, action: Any) -> None:
    go_on_duty(people.handler)
    if who.startswith("other_"):
        go_on_duty(getattr(people, who))
    phone = waiting()
    before = told(people), open_offers(phone.call)
    user = getattr(people, who)
    with pytest.raises(NotAllowed):
        as_user(user, action, by=user, call_id=phone.call.pk)
    assert (told(people), open_offers(phone.call)) == before
    assert (phone.call.state, phone.call.claimed_by_id) == ("waiting", None)


def test_agent_settings_can_be_changed_by_its_handler_or_a_coordinator(people: People, line: Line) -> None:
    agent = go_on_duty(people.handler)
    arranged = {"agent": agent, "phone": "+4991100000", "is_browser": False, "languages": ["de"], "skills": []}
    with pytest.raises(NotAllowed):
        as_user(people.colleague, arrange_agent, by=people.colleague, **arranged)
    as_user(people.coordinator, arrange_agent, by=people.coordinator, **arranged)
    assert agent_now(people.handler).languages == ["de"]


def test_accepting_twice_has_one_effect(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    assert claim(people.handler, phone) == claim(people.handler, phone)
    assert ordered(phone.call) == ["dial"]
    assert contacts(people) == [(phone.call.contact_id, people.handler.pk)]


@pytest.mark.parametrize("is_claimed", [True, False])
def test_accepting_too_late_is_refused_with_a_reason(people: People, line: Line, is_claimed: bool) -> None:
    """The caller hung up between the offer and the click, or a colleague accepted first."""
    go_on_duty(people.handler)
    go_on_duty(people.colleague)
    phone = waiting()
    key = phone.call.pk
    if is_claimed:
        claim(people.colleague, phone)
        expected: type[Exception] = Stale
    else:
        phone.hang_up()
        expected = NotAllowed  # only coordinators may read an ended call that nobody answered
    with pytest.raises((Stale, expected)):
        as_user(people.handler, accept, by=people.handler, call_id=key)
    assert agent_now(people.handler).state == "ready"
    assert len(contacts(people)) == int(is_claimed)


# --- the handler's telephone is not answered ------------------------------------------------------------------------


def wrong_key(desk: Desk) -> None:
    desk.ring()
    assert desk.press("2").find("Hangup") is not None
    desk.hang_up()


def hung_up_in_the_empty_room(desk: Desk) -> None:
    desk.ring()
    desk.press("1")
    desk.hang_up()


def nothing_was_heard(desk: Desk) -> None:
    as_service(release_claims, now=timezone.now() + timedelta(seconds=61))


WAYS = [not_picked_up, busy, key_not_pressed, wrong_key, hung_up_in_the_empty_room, nothing_was_heard]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_call_of_an_unreached_handler_goes_to_the_next_with_the_same_contact(
    people: People, line: Line, way: Any
) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    since, later = phone.call.waiting_since, waiting(OTHER)
    way(Desk(leg=leg_of(claim(people.handler, phone))))
    call = phone.call
    assert (call.state, call.claimed_by_id, call.waiting_since) == ("waiting", None, since)
    assert by_telephone(lambda: [one.pk for one in Call.objects.waiting()]) == [call.pk, later.call.pk]
    assert agent_now(people.handler).state == "break"
    assert contacts(people) == [(call.contact_id, None)]
    go_on_duty(people.colleague)
    assert open_offers(call) == [people.colleague.pk]
    talking(people.colleague, phone)
    assert contacts(people) == [(call.contact_id, people.colleague.pk)]
    phone.hang_up()
    assert (phone.call.ending, phone.call.contact_id) == ("answered", call.contact_id)


def test_unreached_handler_may_accept_the_call_again(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    busy(Desk(leg=leg_of(claim(people.handler, phone))))
    go_on_duty(people.handler)
    talking(people.handler, phone)
    phone.hang_up()
    assert contacts(people) == [(phone.call.contact_id, people.handler.pk)]


def test_claim_is_released_only_after_its_time_limit(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    claim(people.handler, phone)
    assert as_service(release_claims, now=timezone.now() + timedelta(seconds=40)) == 0
    assert phone.call.state == "connecting"
    assert as_service(release_claims, now=timezone.now() + timedelta(seconds=61)) == 1
    assert as_service(release_claims, now=timezone.now() + timedelta(seconds=61)) == 0


def test_call_in_conversation_is_never_released(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    assert as_service(release_claims, now=timezone.now() + timedelta(hours=3)) == 0
    assert phone.call.state == "talking"


def test_key_pressed_after_the_caller_hung_up_connects_nobody(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.ring()
    phone.hang_up()
    assert desk.press("1").find("Hangup") is not None
    assert desk.heard.find(".//Conference") is None
    assert "connect" not in ordered(phone.call)


def test_next_call_can_be_accepted_before_the_last_leg_has_reported_its_end(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    first, second = waiting(), waiting(OTHER)
    desk = talking(people.handler, first)
    first.hang_up()
    go_on_duty(people.handler)
    picked_up(people.handler, second)
    desk.hang_up()
    second.enter_room()
    assert (first.call.ending, second.call.state) == ("answered", "talking")
    assert agent_now(people.handler).state == "on_call"


def test_browser_phone_connects_to_the_claimed_call(people: People, line: Line) -> None:
    go_on_duty(people.handler, phone="", is_browser=True)
    phone = waiting()
    browser = Phone(f"client:user_{people.handler.pk}", to="")
    assert browser.ring().find("Hangup") is not None, "nothing is claimed yet"
    claim(people.handler, phone)
    assert ordered(phone.call) == []
    room = browser.ring().find(".//Conference")
    assert room is not None
    assert room.text == phone.call.room
    assert ordered(phone.call) == ["connect"]
    assert browser.sid == leg_of(phone.call).sid


@pytest.mark.parametrize("who", ["user_0", "user_", "user_x", "user_" + "9" * 30, "user_²", "somebody"])
def test_browser_phone_without_a_claimed_call_hears_an_announcement(people: People, line: Line, who: str) -> None:
    go_on_duty(people.handler, phone="", is_browser=True)
    claim(people.handler, waiting())
    assert Phone(f"client:{who}", to="").ring().find("Hangup") is not None


# --- offers -----------------------------------------------------------------------------------------------------


def test_expired_offer_is_made_to_another_handler(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    assert open_offers(phone.call) == [people.handler.pk]
    assert as_service(expire_offers, now=timezone.now() + timedelta(seconds=19)) == 0
    assert as_service(expire_offers, now=timezone.now() + timedelta(seconds=21)) == 1
    assert open_offers(phone.call) == [], "left alone with it for a while"
    go_on_duty(people.colleague)
    assert open_offers(phone.call) == [people.colleague.pk]


def test_two_expired_offers_in_a_row_set_the_handler_to_break(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phones = [waiting(), waiting(OTHER)]
    for state in ("ready", "break"):
        assert as_service(expire_offers, now=timezone.now() + timedelta(seconds=21)) == 1
        assert agent_now(people.handler).state == state
    assert [open_offers(phone.call) for phone in phones] == [[], []]
    assert as_service(offer_what_waits) == 0


def test_call_between_two_expired_offers_resets_the_count(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    for number in ("1", "2"):
        phone = waiting(f"+49341123456{number}")
        as_service(expire_offers, now=timezone.now() + timedelta(seconds=21))
        assert agent_now(people.handler).state == "ready"
        desk = talking(people.handler, phone)
        phone.hang_up()
        desk.hang_up()
        go_on_duty(people.handler)


def test_declined_call_is_offered_to_another_and_a_repeat_has_no_effect(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    for _ in range(2):
        as_user(people.handler, decline, by=people.handler, call_id=phone.call.pk)
        assert open_offers(phone.call) == []
    assert agent_now(people.handler).state == "ready"
    assert told(people, "call.declined") == 1


@pytest.mark.parametrize("state", [AgentState.BREAK, AgentState.OFF])
def test_offer_of_a_handler_who_leaves_goes_to_the_others(people: People, line: Line, state: AgentState) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    as_user(people.handler, choose_state, by=people.handler, state=state)
    assert open_offers(phone.call) == []
    go_on_duty(people.colleague)
    as_service(offer_what_waits)
    assert open_offers(phone.call) == [people.colleague.pk]


def test_call_is_offered_only_to_handlers_with_its_language_and_skill(people: People) -> None:
    make_line(people.centre, languages=["fr"], skill="exit")
    go_on_duty(people.handler, languages=("fr",))
    go_on_duty(people.coordinator, languages=("de",), skills=["exit"])
    phone = waiting()
    assert open_offers(phone.call) == []
    go_on_duty(people.colleague, languages=("de", "fr"), skills=["exit", "school"])
    assert open_offers(phone.call) == [people.colleague.pk]


def test_calls_are_not_offered_to_other_centres(people: People, line: Line) -> None:
    go_on_duty(people.other_handler)
    phone = waiting()
    assert open_offers(phone.call) == []
    with pytest.raises(NotAllowed):
        claim(people.other_handler, phone)


def test_desk_phone_of_the_agent_is_rung(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    leg = leg_of(claim(people.handler, phone))
    assert by_telephone(lambda: Leg.objects.get(pk=leg.pk).phone) == DESK


@pytest.mark.parametrize("how", ["taken", "completed"])
def test_call_gets_a_new_contact_if_a_colleague_has_taken_its_contact(people: People, line: Line, how: str) -> None:
    """The first handler was not reached, and a colleague has taken the contact meanwhile."""
    go_on_duty(people.handler)
    phone = waiting()
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    first = phone.call.contact_id
    if how == "completed":
        as_user(people.handler, complete_contact, by=people.handler, contact_id=first)
    desk.hang_up("no-answer")
    if how == "taken":
        as_user(people.coordinator, take_contact, by=people.coordinator, contact_id=first)
    go_on_duty(people.colleague, phone="+4991198765439")
    call = claim(people.colleague, phone)
    assert (call.claimed_by_id, call.contact_id != first) == (people.colleague.pk, True)
    assert as_user(people.colleague, Contact.objects.get, pk=call.contact_id).handler_id == people.colleague.pk
