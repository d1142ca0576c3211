"""Every form of the telephone: repeated, after the end, by others, with foreign ids. Never a 500 response."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from contacts import browser
from django.urls import reverse
from people import People
from telephone import (
    Desk,
    Phone,
    agent_now,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    settle,
    talking,
    waiting,
)

from hotline.switchboard.models import Leg, Line

pytestmark = pytest.mark.django_db
PARTNER = "+498999999999"
CONSULT = {"phone": PARTNER, "organisation": ""}
#: Form, posted data, and the state in which it has an effect.
OF_CALL: list[tuple[str, dict[str, Any], str]] = [
    ("accept", {}, "offered"),
    ("decline", {}, "offered"),
    ("hold", {"on": "1"}, "talking"),
    ("hold", {"on": "0"}, "on hold"),
    ("consult", CONSULT, "talking"),
    ("dismiss", {}, "with partner"),
    ("hand_over", {}, "with partner"),
    ("hang_up", {}, "talking"),
    ("block", {}, "talking"),
]
IDS = [f"{name}-{'-'.join(values.values()) if name == 'hold' else state}" for name, values, state in OF_CALL]
FINE = {200, 204, 302, 404, 409, 422}


def begun(people: People, state: str) -> Phone:
    go_on_duty(people.handler)
    phone = waiting()
    if state == "offered":
        return phone
    desk = talking(people.handler, phone)
    settle()
    client = browser(people.handler)
    if state == "on hold":
        client.post(url("hold", phone.call.pk), {"on": "1"})
    elif state == "with partner":
        client.post(url("consult", phone.call.pk), {**CONSULT, "leg_id": uuid.uuid4()})
        settle()
        partner = Desk(leg=leg_of(phone.call, "partner"))
        partner.status("in-progress", sequence=1)
        phone.in_room("participant-join", sequence=5, label=partner.leg.label)
    assert desk.now().state == "in_room"
    return phone


def url(name: str, *keys: object) -> str:
    return reverse(f"switchboard:{name}", args=keys)


def form(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "leg_id": str(uuid.uuid4())} if name == "consult" else values


def left(phone: Phone) -> Any:
    """The state of the telephone that a form may have changed."""
    call = phone.call
    legs = by_telephone(lambda: sorted(Leg.objects.filter(call=call).values_list("party", "state")))
    return call.state, call.ending, call.is_held, legs, ordered(call)


@pytest.mark.parametrize(("name", "values", "state"), OF_CALL, ids=IDS)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_form_posted_twice_has_one_effect(
    people: People, line: Line, name: str, values: dict[str, Any], state: str, headers: dict[str, str]
) -> None:
    phone = begun(people, state)
    client, posted = browser(people.handler), form(name, values)
    first = client.post(url(name, phone.call.pk), posted, headers=headers)
    assert first.status_code in (200, 302)
    after_first = left(phone)
    second = client.post(url(name, phone.call.pk), posted, headers=headers)
    assert second.status_code in FINE
    assert left(phone) == after_first
    settle()
    assert client.post(url(name, phone.call.pk), posted, headers=headers).status_code in FINE
    assert left(phone)[:4] == after_first[:4]
    assert ordered(phone.call) == [], "what was done once is not ordered anew"


@pytest.mark.parametrize(("name", "values", "state"), OF_CALL, ids=IDS)
def test_form_posted_after_the_end_changes_nothing(
    people: People, line: Line, name: str, values: dict[str, Any], state: str
) -> None:
    phone = begun(people, state)
    phone.hang_up()
    before = left(phone)
    answer = browser(people.handler).post(url(name, phone.call.pk), form(name, values))
    assert answer.status_code in FINE
    assert left(phone) == before


@pytest.mark.parametrize(("name", "values", "state"), OF_CALL, ids=IDS)
@pytest.mark.parametrize("who", ["colleague", "other_handler", "worker", "funder"])
def test_form_posted_by_somebody_else_changes_nothing(
    people: People, line: Line, name: str, values: dict[str, Any], state: str, who: str
) -> None:
    phone = begun(people, state)
    before = left(phone)
    answer = browser(getattr(people, who)).post(url(name, phone.call.pk), form(name, values))
    assert answer.status_code in FINE
    assert left(phone) == before


@pytest.mark.parametrize(("name", "values", "state"), OF_CALL, ids=IDS)
@pytest.mark.parametrize("foreign", ["unknown", "leg", "contact of nobody"])
def test_form_posted_with_a_foreign_id_changes_nothing(
    people: People, line: Line, name: str, values: dict[str, Any], state: str, foreign: str
) -> None:
    phone = begun(people, state)
    key = leg_of(phone.call).pk if foreign == "leg" and state != "offered" else uuid.uuid4()
    before = left(phone)
    assert browser(people.handler).post(url(name, key), form(name, values)).status_code in FINE
    assert left(phone) == before


def test_accepting_after_the_caller_hung_up_shows_a_message(people: People, line: Line) -> None:
    """The page still shows the expired offer."""
    phone = begun(people, "offered")
    phone.hang_up()
    assert browser(people.handler).post(url("accept", phone.call.pk)).status_code == 409


@pytest.mark.parametrize("ends", ["busy", "no-answer", "failed", "completed"])
def test_consult_repeated_after_the_partner_left_does_not_ring_again(people: People, line: Line, ends: str) -> None:
    phone = begun(people, "talking")
    client, posted = browser(people.handler), form("consult", CONSULT)
    assert client.post(url("consult", phone.call.pk), posted).status_code == 302
    settle()
    Desk(leg=leg_of(phone.call, "partner")).hang_up(ends)
    settle()
    assert client.post(url("consult", phone.call.pk), posted).status_code in (302, 409)
    assert ordered(phone.call) == []
    assert client.post(url("consult", phone.call.pk), form("consult", CONSULT)).status_code == 302
    assert "add" in ordered(phone.call), "a new form rings anew"


def test_consult_with_the_id_of_a_foreign_leg_is_stale(people: People, line: Line) -> None:
    phone = begun(people, "talking")
    go_on_duty(people.colleague, phone="+4991198765433")
    other = waiting("+493411234568")
    talking(people.colleague, other)
    taken = leg_of(other.call)
    answer = browser(people.handler).post(url("consult", phone.call.pk), {**CONSULT, "leg_id": str(taken.pk)})
    assert answer.status_code == 409
    assert by_telephone(lambda: Leg.objects.get(pk=taken.pk).call_id) == other.call.pk


@pytest.mark.parametrize("state", ["ready", "break", "off"])
def test_choosing_a_state_twice_or_during_a_call_changes_nothing(people: People, line: Line, state: str) -> None:
    client = browser(people.handler)
    go_on_duty(people.handler)
    for _ in range(2):
        assert client.post(url("choose"), {"state": state}).status_code == 302
    go_on_duty(people.handler)
    phone = waiting()
    claim(people.handler, phone)
    for _ in range(2):
        assert client.post(url("choose"), {"state": state}).status_code == 409
    assert phone.call.state == "connecting"
    assert (agent_now(people.handler).state, agent_now(people.handler).call_id) == ("on_call", phone.call.pk)


def test_urgency_and_agent_forms_are_idempotent_and_refused_to_others(people: People, line: Line) -> None:
    phone = begun(people, "offered")
    boss = browser(people.coordinator)
    for _ in range(2):
        assert boss.post(url("urgency", phone.call.pk), {"on": "1"}).status_code in FINE
    phone.hang_up()
    assert boss.post(url("urgency", phone.call.pk), {"on": "1"}).status_code in FINE
    assert browser(people.handler).post(url("urgency", phone.call.pk), {"on": "1"}).status_code == 404
    fields = {"phone": "0911 9876543", "languages": ["de"], "skills": []}
    for _ in range(2):
        assert browser(people.handler).post(url("agent"), fields).status_code == 302
    assert browser(people.funder).post(url("agent"), fields).status_code == 404


def test_button_of_a_call_that_was_put_back_shows_what_changed(people: People, line: Line) -> None:
    """The handler's telephone was not answered, and the call waits again; the tab still shows it."""
    go_on_duty(people.handler)
    phone = waiting()
    desk = Desk(leg=leg_of(claim(people.handler, phone)))
    desk.hang_up("no-answer")
    for name, values in (("hold", {"on": "1"}), ("hang_up", {}), ("dismiss", {}), ("hand_over", {})):
        assert browser(people.handler).post(url(name, phone.call.pk), values).status_code in FINE
    assert phone.call.state == "waiting"
