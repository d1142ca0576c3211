"""The telephone bar: on every page of people who take calls, and current after each action."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from contacts import browser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from telephone import (
    DESK,
    Desk,
    Phone,
    agent_now,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    settle,
    talking,
    tell,
    waiting,
)

from foundation.accounts.models import User
from foundation.journal.models import Event
from hotline.switchboard.models import Command, Leg, Line
from hotline.switchboard.tasks import run_queue

pytestmark = pytest.mark.django_db
PARTNER = "+4930231260"
PAGES = ["hotline:desk", "hotline:contacts", "hotline:callbacks", "hotline:search", "cases:list", "handoff:board",
         "regions:network", "switchboard:agent", "account_change_password"]  # fmt: skip


def buttons(client: Client) -> set[str]:
    """The ids of the buttons in the bar."""
    shown = client.get(reverse("switchboard:part_bar")).content.decode()
    return set(re.findall(r'<button[^>]* id="([\w-]+)"', shown)) - {"mute"}


def bar(client: Client) -> str:
    return client.get(reverse("switchboard:part_bar")).content.decode()


def press(client: Client, name: str, call: Phone, **fields: str) -> str:
    answer = client.post(reverse(f"switchboard:{name}", args=[call.call.pk]), fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def rung_partner(client: Client, phone: Phone, *, is_in_room: bool = True) -> Leg:
    press(client, "consult", phone, leg_id=str(uuid.uuid4()), organisation="", phone=PARTNER)
    partner = leg_of(phone.call, "partner")
    tell(
        f"/telephone/leg/{partner.pk}/status/",
        {"CallSid": "CApartner", "CallStatus": "in-progress", "SequenceNumber": "2"},
    )
    if is_in_room:
        phone.in_room("participant-join", sequence=9, label=partner.label)
    settle()
    return partner


@pytest.mark.parametrize("name", PAGES)
def test_a_ringing_call_is_on_every_page(people: People, line: Line, name: str) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    shown = browser(people.handler).get(reverse(name)).content.decode()
    accept = reverse("switchboard:accept", args=[phone.call.pk])
    assert f'action="{accept}"' in shown
    assert "data-live" in shown


def test_ringing_call_is_shown_on_the_404_page(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    waiting()
    answer = browser(people.handler).get("/cases/00000000-0000-0000-0000-000000000000/")
    assert (answer.status_code, 'id="accept"' in answer.content.decode()) == (404, True)


@pytest.mark.parametrize("who", ["worker", "dpo", "funder", "administrator", "liaison"])
def test_people_who_take_no_calls_have_no_bar(people: People, line: Line, who: str) -> None:
    person: User = getattr(people, who)
    assert 'id="telephone"' not in browser(person).get(reverse("account_change_password")).content.decode()


def test_without_a_telephone_there_is_no_bar(people: People) -> None:
    assert 'id="telephone"' not in browser(people.handler).get(reverse("hotline:desk")).content.decode()


def test_the_buttons_follow_the_call(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    client = browser(people.handler)
    assert buttons(client) == {"be-on-break", "be-off"}
    phone = waiting()
    assert buttons(client) == {"accept", "decline"}
    talking(people.handler, phone)
    assert buttons(client) == {"hold", "consult", "hang-up"}
    phone.hang_up()
    assert buttons(client) == {"be-ready", "be-on-break", "be-off"}


def test_bar_has_no_buttons_after_hanging_up(people: People, line: Line) -> None:
    """The provider reports the end later; until then the bar says that the call is ending."""
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    assert "is being ended" in press(client, "hang_up", phone)
    assert buttons(client) == set()
    settle()
    assert buttons(client) == set()


def test_bar_has_no_buttons_after_the_handover(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    rung_partner(client, phone)
    assert "hand-over" in buttons(client)
    assert "handed over" in press(client, "hand_over", phone)
    assert buttons(client) == set()
    settle()
    assert buttons(client) == set()


def test_after_the_dismissal_the_partner_is_not_offered_again(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    rung_partner(client, phone)
    assert "is being hung up" in press(client, "dismiss", phone)
    assert buttons(client) == {"hold", "hang-up"}


def test_partner_on_consultation_is_shown_apart_from_the_conversation(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    rung_partner(client, phone)
    assert "speaks with you; the caller is on hold" in bar(client)
    assert "in the conversation" not in bar(client)
    resumed = press(client, "hold", phone, on="0")
    assert "in the conversation" in resumed
    assert "the caller is on hold" not in resumed


def test_handover_is_not_offered_while_the_partner_is_ringing(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    press(client, "consult", phone, leg_id=str(uuid.uuid4()), organisation="", phone=PARTNER)
    assert buttons(client) == {"hold", "dismiss", "hang-up"}


def test_the_consultation_closes_its_form_and_refreshes_the_bar(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    address = reverse("switchboard:consult", args=[phone.call.pk])
    form = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-post="{address}"' in form
    wrong = client.post(address, {"leg_id": str(uuid.uuid4())}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    right = client.post(address, {"leg_id": str(uuid.uuid4()), "phone": PARTNER}, headers={"HX-Request": "true"})
    assert right.headers["HX-Retarget"] == "#telephone"
    assert 'id="partner-state"' in right.content.decode()
    assert by_telephone(Leg.objects.filter(party="partner").count) == 1


def test_waiting_callers_are_shown_to_handlers_who_are_not_ready(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    client = browser(people.handler)
    client.post(reverse("switchboard:choose"), {"state": "break"})
    assert "bar-waiting" not in bar(client)
    waiting()
    waiting("+493411234568")
    assert "2 wait" in bar(client)
    with CaptureQueriesContext(connection) as asked:
        assert "2 wait" in bar(client)
    assert sum('FROM "switchboard_call"' in one["sql"] for one in asked.captured_queries) == 1


def test_bar_links_to_the_contact_after_the_call(people: People, line: Line) -> None:
    go_on_duty(people.handler, phone=DESK)
    phone = waiting()
    talking(people.handler, phone)
    phone.hang_up()
    shown = bar(browser(people.handler))
    assert reverse("hotline:desk_contact", args=[phone.call.contact_id]) in shown
    assert "answered" in shown


# --- states set by the system, and problems -------------------------------------------------------------------------


def test_break_set_by_the_system_shows_its_reason(people: People, line: Line) -> None:
    """Two offers expired: the handler reads why, until choosing a state."""
    go_on_duty(people.handler)
    client = browser(people.handler)
    waiting()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _offer in range(3):
            clock.shift(45)
            run_queue()
    shown = bar(client)
    assert agent_now(people.handler).state == "break"
    assert "Set by Lotse" in shown
    assert "two calls in a row were not answered" in shown
    client.post(reverse("switchboard:choose"), {"state": "off"})
    assert "Set by Lotse" not in bar(client)


def test_unanswered_telephone_is_shown_as_the_reason_of_the_break(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    claim(people.handler, phone)
    desk = Desk(leg=leg_of(phone.call))
    desk.hang_up("no-answer")
    assert "your telephone was not picked up" in bar(browser(people.handler))


@pytest.mark.parametrize("who", ["handler", "colleague", "coordinator"])
def test_lone_caller_is_shown_to_the_whole_shift(people: People, line: Line, who: str) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    desk.hang_up()
    client = browser(getattr(people, who))
    assert "is alone on the line" not in bar(client)
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        run_queue()
        shown = bar(client)
    assert "is alone on the line" in shown
    assert (reverse("hotline:desk_contact", args=[phone.call.contact_id]) in shown) == (who == "handler")
    phone.hang_up()
    assert "is alone on the line" not in bar(client)


def test_problem_disappears_when_the_command_succeeds_later(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    press(client, "hold", phone, on="1")
    by_telephone(
        lambda: Command.objects.filter(kind="hold").update(state="failed", ended_at=timezone.now(), problem=20500)
    )
    assert "20500" in bar(client)
    press(client, "hold", phone, on="0")
    press(client, "hold", phone, on="1")
    settle()
    assert "20500" not in bar(client)


@pytest.mark.parametrize("party", ["handler", "partner"])
def test_hanging_up_a_second_telephone_hides_no_button(people: People, line: Line, party: str) -> None:
    """It is hung up by a command for the same leg, which is neither a handover nor a dismissal."""
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    rung_partner(client, phone)
    before = buttons(client)
    stray = Desk(leg=leg_of(phone.call, party), sid="CA" + "9" * 32)
    stray.status("ringing", sequence=1)
    settle()
    assert buttons(client) == before


@pytest.mark.parametrize("how", ["the end", "the goodbye"])
def test_shift_is_notified_when_no_caller_is_alone_any_more(people: People, line: Line, how: str) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    desk.hang_up()
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        run_queue()
    if how == "the end":
        phone.hang_up()
    else:
        phone.step("after")
        phone.hang_up()
    told = as_user(
        people.coordinator, lambda: [event.tell for event in Event.objects.filter(kind="call.alone_no_more")]
    )
    assert told == [[f"organisation.{people.centre.pk}"]]
