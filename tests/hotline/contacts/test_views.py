"""The desk over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contacts import a_contact, browser, contact_as, save, typed, url
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, make_user, new_id

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact

pytestmark = pytest.mark.django_db


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_start_page_is_the_first_entry_of_the_top_bar(people: People) -> None:
    for who in (people.handler, people.coordinator, people.worker, people.liaison):
        assert browser(who).get("/").headers["Location"] == reverse("worklist:today")
    assert browser(people.funder).get("/").headers["Location"] == reverse("publishing:releases")
    assert Client().get("/").headers["Location"].startswith("/accounts/login/")


def test_new_contact_posted_twice_is_created_once(people: People) -> None:
    client, form = browser(people.handler), {"contact_id": str(new_id()), "channel": "sms"}
    first = client.post(url("new_contact"), form)
    assert first.headers["Location"] == url("desk_contact", form["contact_id"])
    assert client.post(url("new_contact"), form).headers["Location"] == first.headers["Location"]
    with acting_as(people.handler, purpose="test"):
        assert list(Contact.objects.values_list("channel", flat=True)) == ["sms"]
    assert client.get(first.headers["Location"]).status_code == 200


def test_new_contact_with_the_id_of_a_foreign_contact_is_refused(people: People) -> None:
    taken = a_contact(people.handler)
    form = {"contact_id": str(taken), "channel": "phone"}
    assert browser(people.colleague).post(url("new_contact"), form).status_code == 404
    assert browser(people.colleague).post(url("new_contact"), {"contact_id": "x"}).status_code == 400


def test_desk_with_a_contact_reads_no_organisation_but_the_users_own(people: People) -> None:
    client, contact = browser(people.handler), a_contact(people.handler)
    client.get(url("desk_contact", contact))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url("desk_contact", contact)).status_code == 200
    reading = [one["sql"] for one in captured.captured_queries if "accounts_organisation" in one["sql"]]
    assert len(reading) == 1
    assert "accounts_session" in reading[0]


def test_two_contacts_can_be_open_at_the_same_time(people: People) -> None:
    one, two = a_contact(people.handler, label="first"), a_contact(people.handler, label="second")
    client = browser(people.handler)
    page = client.get(url("desk_contact", one)).content.decode()
    assert url("desk_contact", two) in page
    save(client, one, notes="of the first")
    save(client, two, notes="of the second")
    assert [contact_as(people.handler, key).notes for key in (one, two)] == ["of the first", "of the second"]


def test_a_draft_survives_a_crash_of_the_browser(people: People) -> None:
    contact = a_contact(people.handler)
    answer = save(browser(people.handler), contact, notes="every word\nof it", topics=["online", "exit"])
    assert answer.status_code == 200
    page = browser(people.handler).get(url("desk_contact", contact)).content.decode()
    assert "every word\nof it</textarea>" in page
    assert page.count("checked") == 2 + page.count("data-single-keys checked")
    assert f'name="version" value="{answer.json()["version"]}"' in page


def test_repeated_save_after_a_lost_response_succeeds(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    first, second = (save(client, contact, notes="once", postal_code="D-04109").json() for _ in range(2))
    assert first["version"] == second["version"] == 2


def test_save_from_an_outdated_tab_names_the_changes_and_saves_nothing(people: People) -> None:
    contact, here, there = a_contact(people.handler), browser(people.handler), browser(people.coordinator)
    assert save(there, contact, notes="by the coordinator").json()["version"] == 2
    late = save(here, contact, notes="by the handler")
    assert late.status_code == 409
    assert people.coordinator.name in late.json()["message"]
    assert contact_as(people.handler, contact).notes == "by the coordinator"
    page = here.post(
        url("complete", contact), typed(notes="by the handler"), headers={"Referer": "http://testserver/desk/"}
    )
    assert (page.status_code, people.coordinator.name in page.content.decode()) == (409, True)
    assert 'href="/desk/"' in page.content.decode()


def test_stale_action_in_a_fragment_shows_a_message(people: People) -> None:
    contact = a_contact(people.handler)
    headers = {"HX-Request": "true", "Referer": "http://elsewhere.example/x"}
    save(browser(people.coordinator), contact, notes="x")
    answer = browser(people.handler).post(url("complete", contact), typed(notes="y"), headers=headers)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#messages")
    assert '<a href="/">' in answer.content.decode()


def test_save_stores_valid_fields_and_shows_errors_at_others(people: People, places: None) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    tomorrow = timezone.localtime() + timedelta(days=1)
    answer = save(
        client, contact, phone="ask again", postal_code="99X", label="x" * 121, notes="kept", caller_type="no such",
        started_at=tomorrow.strftime("%Y-%m-%dT%H:%M"),
    ).json()  # fmt: skip
    said = {name: notice["error"] for name, notice in answer["notices"].items()}
    assert said == {"phone": False, "postal_code": False, "label": True, "caller_type": True, "started_at": True}
    assert "except" in answer["saved_text"]
    saved = contact_as(people.handler, contact)
    assert (saved.phone, saved.postal_code, saved.notes, saved.label) == ("ask again", "99X", "kept", "")


def test_start_time_keeps_its_seconds_until_changed(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    began = contact_as(people.handler, contact).started_at
    shown = timezone.localtime(began).strftime("%Y-%m-%dT%H:%M")
    assert save(client, contact, started_at=shown).json()["version"] == 1
    earlier = timezone.localtime(began) - timedelta(minutes=5)
    save(client, contact, started_at=earlier.strftime("%Y-%m-%dT%H:%M"))
    assert contact_as(people.handler, contact).started_at == earlier.replace(second=0, microsecond=0)


def test_save_without_version_is_400(people: People) -> None:
    contact = a_contact(people.handler)
    assert save(browser(people.handler), contact, version="").status_code == 400


def test_save_of_some_fields_does_not_change_others(people: People) -> None:
    contact = a_contact(people.handler, topics=["online"], is_hard=True, notes="before")
    answer = browser(people.handler).post(url("autosave", contact), {"version": 1, "label": "new title", "kind": ""})
    assert answer.status_code == 200
    saved = contact_as(people.handler, contact)
    assert (saved.label, saved.topics, saved.is_hard, saved.notes, saved.kind) == (
        "new title", ["online"], True, "before", "counselling",
    )  # fmt: skip


def test_completing_saves_the_input_and_a_repeat_changes_nothing(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    answers = [client.post(url("complete", contact), typed(notes="to the last word")) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [url("desk")] * 2
    done = contact_as(people.handler, contact)
    assert (done.state, done.notes, done.completed_by_id) == ("completed", "to the last word", people.handler.pk)
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(subject=contact, kind="contact.completed").count() == 1
    assert client.get(url("complete", contact)).headers["Location"] == url("desk_contact", contact)


def test_completing_with_an_invalid_field_keeps_the_input_and_shows_the_error(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    answer = client.post(url("complete", contact), typed(notes="kept", started_at="yesterday"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="yesterday"' in page
    assert "data-error-summary" in page
    saved = contact_as(people.handler, contact)
    assert (saved.state, saved.notes) == ("draft", "kept")
    assert f'name="version" value="{saved.version}"' in page


def test_first_button_of_the_form_does_nothing(people: People) -> None:
    page = browser(people.handler).get(url("desk_contact", a_contact(people.handler))).content.decode()
    first = page.index('form="contact-form"')
    assert page[first : first + 40].startswith('form="contact-form" disabled')


def test_a_completed_contact_can_be_corrected(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    assert save(client, contact, version=2, notes="corrected").status_code == 200
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(subject=contact).newest_first()[0].kind == "contact.corrected"


def outsiders(people: People) -> list[User]:
    return [
        people.colleague, people.worker, people.other_worker, people.other_handler, people.other_coordinator,
        people.administrator, people.dpo, people.funder, people.liaison,
    ]  # fmt: skip


ADDRESSES = {
    "desk_contact": "get", "autosave": "post", "complete": "post", "region": "get", "place": "get", "earlier": "get",
    "plan_for_contact": "get", "contact": "get", "take": "post", "assign": "post", "undo": "post",
}  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
def test_forbidden_contact_gives_the_same_404_as_unknown(people: People, name: str) -> None:
    contact, form = a_contact(people.handler), typed(to=people.handler.pk)
    for user in outsiders(people):
        answer = getattr(browser(user), ADDRESSES[name])(url(name, contact), form)
        assert answer.status_code == 404, user.role_labels
    denied, unknown = (
        getattr(browser(people.colleague), ADDRESSES[name])(url(name, key), form) for key in (contact, new_id())
    )
    assert (denied.status_code, unknown.status_code) == (404, 404)
    assert denied.content.partition(b"csrf")[0] == unknown.content.partition(b"csrf")[0]
    assert contact_as(people.handler, contact).version == 1


def test_forbidden_json_request_gets_json(people: People) -> None:
    contact = a_contact(people.handler)
    answers = [save(browser(people.colleague), key, notes="x") for key in (contact, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


def test_refused_access_is_recorded(people: People) -> None:
    contact = a_contact(people.handler)
    browser(people.colleague).get(url("contact", contact))
    browser(people.handler).get(url("contact", contact))
    traces = as_user(people.dpo, lambda: list(Look.objects.order_by("pk").values_list("what", "actor")))
    assert traces == [("contact.read.denied", people.colleague.pk), ("contact.read", people.handler.pk)]


@pytest.mark.parametrize(
    "name",
    ["desk", "contacts", "search", "callbacks", "plan_callback", "part_callbacks", "part_open", "part_shift",
     "part_today", "part_access", "part_endings"],
)  # fmt: skip
def test_desk_is_404_for_people_who_are_no_handlers(people: People, name: str) -> None:
    allowed = {user.pk for user in (people.handler, people.colleague, people.coordinator)}
    allowed |= {people.other_handler.pk, people.other_coordinator.pk}
    for user in people.everybody:
        expected = 200 if user.pk in allowed else 404
        assert browser(user).get(url(name)).status_code == expected, user.role_labels
    assert Client().get(url(name)).status_code == 302


def test_contact_of_the_shift_can_be_taken_once(people: People) -> None:
    contact = a_contact(people.handler)
    with acting_as(people.coordinator, purpose="test"):
        Contact.objects.filter(pk=contact).update(surfaced_at=timezone.now())
    assert str(contact) in browser(people.colleague).get(url("part_shift")).content.decode()
    third = make_user((people.centre, Role.HANDLER))
    taken = browser(people.colleague).post(url("take", contact))
    assert taken.headers["Location"] == url("desk_contact", contact)
    assert browser(people.colleague).post(url("take", contact)).status_code == 302
    assert browser(third).post(url("take", contact)).status_code == 404
    assert contact_as(people.colleague, contact).handler_id == people.colleague.pk
    late = browser(people.coordinator).post(url("take", contact))
    assert (late.status_code, people.colleague.name in late.content.decode()) == (409, True)


def test_coordinator_can_assign_a_contact(people: People) -> None:
    contact, client = a_contact(people.handler), browser(people.coordinator)
    page = client.get(url("contact", contact)).content.decode()
    assert people.colleague.name in page
    assert people.other_handler.name not in page
    assert client.post(url("assign", contact), {"to": people.other_handler.pk}).status_code == 400
    client.post(url("assign", contact), {"to": people.colleague.pk})
    assert contact_as(people.colleague, contact).handler_id == people.colleague.pk
    assert "Assigned" in browser(people.colleague).get(url("contact", contact)).content.decode()


def test_the_page_of_a_contact_shows_everything_and_its_history(people: People) -> None:
    contact = a_contact(
        people.handler, notes="what was said", advice="what was advised", alias="Sam", topics=["online"], is_hard=True
    )
    save(browser(people.handler), contact, notes="what was said later", is_hard="on", topics=["online"])
    page = browser(people.handler).get(url("contact", contact)).content.decode()
    for words in ("what was said later", "Online activity", "hard conversation", "Contact opened", "Written down"):
        assert words in page


@pytest.mark.parametrize("name", ["desk", "contacts", "part_open", "part_today"])
def test_lists_need_the_same_number_of_queries_for_one_and_three_contacts(people: People, name: str) -> None:
    client = browser(people.handler)
    a_contact(people.handler, label="one")
    client.get(url(name))
    one = queries(client, url(name))
    for _ in range(2):
        a_contact(people.handler, label="more", notes="sealed")
    assert queries(client, url(name)) == one


def test_list_shows_the_contacts_of_the_filter(people: People) -> None:
    draft = a_contact(people.handler, label="a draft")
    hard = a_contact(people.handler, label="a hard one", is_hard=True)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=hard)
    theirs = a_contact(people.colleague, label="theirs")
    shown = {
        show: [str(key) in browser(people.coordinator).get(url("contacts"), {"show": show}).content.decode()
               for key in (draft, hard, theirs)]
        for show in ("", "open", "today", "mine", "hard", "nonsense")
    }  # fmt: skip
    assert shown == {
        "": [True, True, True], "open": [True, False, True], "today": [True, True, True], "mine": [False] * 3,
        "hard": [False, True, False], "nonsense": [True, True, True],
    }  # fmt: skip
    assert str(theirs) not in browser(people.handler).get(url("contacts")).content.decode()


def test_desk_shows_todays_figures(people: People) -> None:
    a_contact(people.handler)
    as_user(people.colleague, complete_contact, by=people.colleague, contact_id=a_contact(people.colleague))
    numbers = [browser(user).get(url("part_today")).context["today"] for user in (people.handler, people.coordinator)]
    assert [(today.contacts, today.completed) for today in numbers] == [(1, 0), (2, 1)]
