"""The telephone's pages over HTTP."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from answering import Provider
from case_rows import assessed
from contacts import browser
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from telephone import DESK, Phone, agent_now, by_telephone, claim, go_on_duty, ordered, talking, waiting

from casework.cases.actions import open_case
from foundation.journal.models import Look
from hotline.contacts.models import Contact
from hotline.contacts.tasks import end_contacts
from hotline.switchboard.agents import agent_of
from hotline.switchboard.models import Block, Call, Command, Leg, Line
from hotline.switchboard.tasks import run_commands, run_queue
from regions.actions import save_profile

pytestmark = pytest.mark.django_db


def url(name: str, *keys: object) -> str:
    return reverse(f"switchboard:{name}", args=keys)


def page(client: Client, name: str, *keys: object) -> str:
    answer = client.get(url(name, *keys))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["part_bar", "agent"])
@pytest.mark.parametrize("who", ["worker", "dpo", "funder", "administrator", "liaison"])
def test_telephone_pages_are_404_for_people_who_are_no_handlers(
    people: People, line: Line, name: str, who: str
) -> None:
    assert browser(getattr(people, who)).get(url(name)).status_code == 404


def test_desk_without_an_account_shows_that(people: People, line: Line, settings: Any) -> None:
    settings.TELEPHONY = {**settings.TELEPHONY, "token": ""}
    assert "Telephone not connected" in page(browser(people.handler), "part_queue")
    assert page(browser(people.handler), "part_bar") == ""


def test_without_a_line_too(people: People) -> None:
    assert "Telephone not connected" in page(browser(people.handler), "part_queue")
    assert page(browser(people.handler), "part_bar") == ""


def test_handler_without_a_telephone_is_asked_for_it(people: People, line: Line) -> None:
    client = browser(people.handler)
    answer = client.post(url("choose"), {"state": "ready"})
    assert answer.headers["Location"] == url("agent")
    fields = {"phone": "0911 9876543", "languages": ["de"], "skills": []}
    assert client.post(url("agent"), fields).status_code == 302
    client.post(url("choose"), {"state": "ready"})
    assert agent_now(people.handler).state == "ready"
    assert as_user(people.handler, lambda: agent_of(by=people.handler).phone) == "+499119876543"


@pytest.mark.parametrize("fields", [{"phone": "12"}, {"phone": "nobody"}, {"languages": []}, {"languages": ["xx"]}])
def test_invalid_agent_settings_are_shown_at_the_field(people: People, line: Line, fields: dict[str, object]) -> None:
    answer = browser(people.handler).post(url("agent"), {"phone": DESK, "languages": ["de"], **fields})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


@pytest.mark.parametrize("state", ["on_call", "wrap_up", "asleep", ""])
def test_other_states_cannot_be_chosen(people: People, line: Line, state: str) -> None:
    go_on_duty(people.handler)
    assert browser(people.handler).post(url("choose"), {"state": state}).status_code == 400
    assert agent_now(people.handler).state == "ready"


def test_accepting_an_offer_opens_its_contact(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    go_on_duty(people.colleague, phone="+4991198765439")
    phone = waiting()
    client, late = browser(people.handler), browser(people.colleague)
    assert "A call for you" in page(client, "part_bar")
    answer = client.post(url("accept", phone.call.pk))
    assert answer.headers["Location"] == reverse("hotline:desk_contact", args=[phone.call.contact_id])
    assert "being connected" in page(client, "part_bar")
    assert late.post(url("accept", phone.call.pk)).status_code == 409
    assert "A call for you" not in page(late, "part_bar")
    assert client.post(url("accept", phone.call.pk)).status_code == 302
    assert as_user(people.coordinator, Contact.objects.count) == 1


def test_desk_links_to_the_handlers_running_call(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    claim(people.handler, phone)
    client = browser(people.handler)
    back = reverse("hotline:desk_contact", args=[phone.call.contact_id])
    assert f'href="{back}" id="to-call"' in page(client, "part_bar")
    assert client.get(back).status_code == 200
    phone.hang_up()
    assert "to-call" not in page(client, "part_bar")


def test_declining_leaves_the_call_to_others(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    client = browser(people.handler)
    shown = client.post(url("decline", phone.call.pk), headers={"HX-Request": "true"}).content.decode()
    assert "A call for you" not in shown
    assert "1 waits" in shown
    assert "1 caller is waiting." in page(client, "part_queue")


@pytest.mark.parametrize("name", ["hold", "dismiss", "hand_over", "hang_up", "block"])
@pytest.mark.parametrize("who", ["colleague", "other_handler", "worker", "dpo"])
def test_call_of_somebody_else_is_404(people: People, line: Line, name: str, who: str) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    before = by_telephone(Command.objects.count)
    answer = browser(getattr(people, who)).post(url(name, phone.call.pk), {"on": "1"})
    assert answer.status_code == 404
    assert by_telephone(Command.objects.count) == before
    assert str(phone.call.pk) not in page(browser(people.colleague), "part_bar")
    assert not re.search(r"(?<![\w-])C-\d", page(browser(people.colleague), "part_bar"))


def test_a_partner_of_the_network_is_rung(people: People, line: Line) -> None:
    offer = {"services": [], "phenomena": [], "languages": [], "capacity": 1, "is_national": False}
    as_user(
        people.coordinator, save_profile, by=people.coordinator, organisation=people.partner, version=0,
        phone="+4930231260", **offer,
    )  # fmt: skip
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    assert people.partner.name in page(client, "consult", phone.call.pk)
    fields = {"leg_id": str(uuid.uuid4()), "organisation": people.partner.pk, "phone": ""}
    for _twice in range(2):
        assert client.post(url("consult", phone.call.pk), fields).status_code == 302
    legs = by_telephone(lambda: [(leg.party, leg.phone) for leg in Leg.objects.filter(party="partner")])
    assert legs == [("partner", "+4930231260")]
    assert client.post(url("consult", phone.call.pk), {**fields, "organisation": ""}).status_code == 422


ENDING = {
    "version": 1, "channel": "phone", "kind": "counselling", "caller_type": "unknown", "country": "DE",
    "relation": "unknown", "age_band": "unknown", "sex": "unknown", "phenomenon": "unknown",
}  # fmt: skip


KINDS = ["silent", "wrong_number", "prank", "abusive", "test", "press"]


def ends(client: Client, phone: Phone, kind: str) -> None:
    client.post(reverse("hotline:complete", args=[phone.call.contact_id]), {**ENDING, "ending": kind})


def ten_seconds_later() -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        end_contacts()
        end_contacts()
        run_queue()
        run_queue()


@pytest.mark.parametrize(("kind", "is_over"), [*((kind, False) for kind in KINDS), ("abusive", True)])
def test_ending_hangs_up_when_it_is_executed(people: People, line: Line, kind: str, is_over: bool) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    if is_over:
        phone.hang_up()
    client = browser(people.handler)
    for _twice in range(2):
        ends(client, phone, kind)
    run_queue()
    assert "goodbye" not in ordered(phone.call)  # the ending can still be undone
    ten_seconds_later()
    contact = as_user(people.handler, Contact.objects.get)
    assert (contact.pk, contact.state, contact.kind) == (phone.call.contact_id, "completed", kind)
    assert ordered(phone.call).count("goodbye") == (0 if is_over else 1)


def test_an_ending_that_was_undone_leaves_the_caller_on_the_line(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    ends(client, phone, "silent")
    client.post(reverse("hotline:undo", args=[phone.call.contact_id]))
    ten_seconds_later()
    assert "goodbye" not in ordered(phone.call)
    assert as_user(people.handler, lambda: Contact.objects.get().state) == "draft"


def test_completing_as_counselling_does_not_hang_up(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    browser(people.handler).post(
        reverse("hotline:complete", args=[phone.call.contact_id]), {**ENDING, "notes": "still talking"}
    )
    ten_seconds_later()
    assert "goodbye" not in ordered(phone.call)


def test_telephone_service_cannot_read_an_ended_contact(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    ends(browser(people.handler), phone, "prank")
    ten_seconds_later()
    assert by_telephone(Contact.objects.count) == 0


def test_an_abusive_number_can_be_blocked_once(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    client = browser(people.handler)
    ends(client, phone, "abusive")
    ten_seconds_later()
    phone.hang_up()
    assert "Block for a day" in page(client, "part_bar")
    client.post(url("block", phone.call.pk))
    assert as_user(people.handler, Block.objects.count) == 1
    assert "Block for a day" not in page(client, "part_bar")


def test_listening_to_a_voicemail_is_recorded(people: People, line: Line, provider: Provider) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    phone.record()
    phone.record("recording")
    phone.hang_up()
    run_commands()
    client = browser(people.handler)
    answer = client.get(url("voicemail", phone.call.pk))
    assert (answer.content, answer.headers["Content-Type"]) == (b"RIFF sound", "audio/wav")
    looks = as_user(
        people.dpo, lambda: list(Look.objects.filter(what="voicemail.heard").values_list("actor", flat=True))
    )
    assert looks == [people.handler.pk]
    assert browser(people.other_handler).get(url("voicemail", phone.call.pk)).status_code == 404


def test_shift_page_shows_the_figures_of_the_day(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    answered, left = waiting(), Phone(number="+4934199999999")
    talking(people.handler, answered)
    answered.hang_up()
    left.into_queue()
    board = browser(people.coordinator)
    shown = board.get(reverse("reporting:shift"))
    assert (shown.context["waiting"], shown.context["whole_day"].calls) == (1, 2)
    board.post(url("urgency", left.call.pk), {"urgent": "1"})
    assert left.call.is_urgent
    left.hang_up()
    day = board.get(reverse("switchboard:wallboard_figures")).context["whole_day"]
    assert (day.answered, day.in_30, day.share_30, day.abandoned) == (1, 1, 100, 1)
    (german,) = board.get(reverse("reporting:shift")).context["languages"]
    assert (german.label, german.calls) == ("German", 2)


def test_coordinator_can_change_a_handlers_agent(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    agent = agent_now(people.handler)
    address = url("agent_of_handler", agent.pk)
    assert browser(people.colleague).get(address).status_code == 404
    assert browser(people.other_coordinator).get(address).status_code == 404
    fields = {"phone": DESK, "languages": ["fr"], "skills": ["exit"]}
    assert browser(people.coordinator).post(address, fields).status_code == 302
    assert agent_now(people.handler).languages == ["fr"]


@pytest.mark.parametrize("name", ["part_bar", "part_queue"])
def test_number_of_queries_does_not_grow_with_waiting_calls(
    people: People, line: Line, django_assert_max_num_queries: Any, name: str
) -> None:
    client = browser(people.handler)
    Phone().into_queue()
    client.get(url(name))
    counts = []
    for number in range(2):
        with django_assert_max_num_queries(40) as asked:
            client.get(url(name))
        counts.append(len(asked))
        for extra in range(3):
            Phone(number=f"+493419999{number}{extra:02d}").into_queue()
    assert counts[0] == counts[1]
    assert as_user(people.coordinator, Call.objects.count) == 7


def test_telephone_events_are_not_in_the_history_of_contact_or_case(people: People, line: Line) -> None:
    """A call has the same id as its contact; neither the contact's history nor the case's timeline shows its events."""
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    phone.hang_up()
    contact = as_user(people.handler, Contact.objects.get)
    case = as_user(people.handler, open_case, by=people.handler, assessment=assessed(people.handler, contact))
    client = browser(people.handler)
    pages = [f"/cases/{case.pk}/timeline/", reverse("hotline:contact", args=[contact.pk])]
    for shown in (client.get(address) for address in pages):
        assert shown.status_code == 200
        assert "call." not in shown.content.decode()
        assert "Something else happened" not in shown.content.decode()
