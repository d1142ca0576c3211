from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from contacts import PHONE, a_contact, browser, contact_as, typed, url
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from people import People, as_user

from foundation.accounts.models import User
from foundation.journal.models import Event
from hotline.contacts.callbacks import schedule_callback
from hotline.contacts.desk import MOST_ROWS
from hotline.contacts.models import Callback, Contact

pytestmark = pytest.mark.django_db


def soon() -> datetime:
    return timezone.localtime() + timedelta(hours=2)


def a_callback(by: User, **values: Any) -> uuid.UUID:
    callback_id = uuid.uuid4()
    details = {"phone": PHONE, "due_at": soon(), "note": "ask for the school"} | values
    as_user(by, schedule_callback, by=by, callback_id=callback_id, **details)
    return callback_id


def state(people: People, callback: uuid.UUID) -> tuple[str, int]:
    found = as_user(people.handler, lambda: Callback.objects.get(pk=callback))
    return found.state, found.attempts


def form(**values: Any) -> dict[str, Any]:
    return {"callback_id": str(uuid.uuid4()), "phone": PHONE, "due_at": soon().strftime("%Y-%m-%dT%H:%M")} | values


def test_callback_posted_twice_from_a_contact_is_planned_once(people: People) -> None:
    contact, client = a_contact(people.handler, phone=PHONE, language="fr"), browser(people.handler)
    page = client.get(url("plan_for_contact", contact), headers={"HX-Request": "true"}).content.decode()
    assert f'value="{PHONE}"' in page
    assert "<html" not in page
    posted = form(language="fr", is_urgent="on")
    for _ in range(2):
        answer = client.post(url("plan_for_contact", contact), posted, headers={"HX-Request": "true"})
        assert "planned" in answer.content.decode()
    found = as_user(people.colleague, lambda: list(Callback.objects.values_list("contact", "language", "is_urgent")))
    assert found == [(contact, "fr", True)]


def test_callback_can_be_planned_without_a_contact(people: People) -> None:
    client = browser(people.handler)
    assert client.get(url("plan_callback")).status_code == 200
    assert client.post(url("plan_callback"), form()).headers["Location"] == url("callbacks")


def test_invalid_callback_form_shows_errors_and_keeps_the_input(people: People) -> None:
    yesterday = (soon() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = browser(people.handler).post(url("plan_callback"), form(due_at=yesterday, note="kept"))
    assert answer.status_code == 422
    assert "kept" in answer.content.decode()
    assert as_user(people.handler, Callback.objects.count) == 0


def test_claiming_opens_the_contact_that_logs_it_once(people: People) -> None:
    callback, client = a_callback(people.coordinator, language="fr"), browser(people.handler)
    first, second = (client.post(url("claim", callback)).headers["Location"] for _ in range(2))
    assert first == second
    contact = as_user(people.handler, Contact.objects.get)
    assert (contact.channel, contact.language) == ("callback", "fr")
    assert contact_as(people.handler, contact.pk).phone == PHONE
    assert state(people, callback) == ("claimed", 1)
    assert "ask for the school" in client.get(first).content.decode()
    late = browser(people.colleague).post(url("claim", callback))
    assert (late.status_code, people.handler.name in late.content.decode()) == (409, True)


def test_put_back_after_no_answer_waits_until_the_new_time(people: People) -> None:
    callback, client = a_callback(people.coordinator), browser(people.handler)
    desk = client.post(url("claim", callback)).headers["Location"]
    assert url("put_back", callback) in client.get(desk).content.decode()
    assert client.get(url("put_back", callback)).status_code == 200
    assert client.post(url("put_back", callback), {"due_at": ""}).status_code == 422
    moment = soon().strftime("%Y-%m-%dT%H:%M")
    assert browser(people.colleague).post(url("put_back", callback), {"due_at": moment}).status_code == 409
    assert client.post(url("put_back", callback), {"due_at": moment}).status_code == 302
    assert client.post(url("put_back", callback), {"due_at": moment}).status_code == 409
    assert state(people, callback) == ("open", 1)
    attempt = as_user(people.handler, Contact.objects.get)
    assert (attempt.state, attempt.kind) == ("completed", "no_answer")
    browser(people.colleague).post(url("claim", callback))
    assert state(people, callback) == ("claimed", 2)


def test_coordinator_can_put_back_a_colleagues_callback(people: People) -> None:
    callback = a_callback(people.coordinator)
    browser(people.handler).post(url("claim", callback))
    moment = soon().strftime("%Y-%m-%dT%H:%M")
    assert browser(people.coordinator).post(url("put_back", callback), {"due_at": moment}).status_code == 302
    assert state(people, callback) == ("open", 1)


def test_completing_the_contact_ends_the_callback(people: People) -> None:
    callback, client = a_callback(people.coordinator), browser(people.handler)
    client.post(url("claim", callback))
    contact = as_user(people.handler, Contact.objects.get)
    for _ in range(2):
        posted = typed(channel="callback", phone=PHONE, notes="reached")
        assert client.post(url("complete", contact.pk), posted).status_code == 302
    assert state(people, callback) == ("done", 1)
    kinds = as_user(people.handler, lambda: [e.kind for e in Event.objects.filter(subject=callback).order_by("pk")])
    assert kinds == ["callback.scheduled", "callback.claimed", "callback.done"]


def test_a_callback_is_cancelled_once(people: People) -> None:
    callback, client = a_callback(people.coordinator), browser(people.handler)
    assert client.post(url("end_callback", callback), {"outcome": "else"}).status_code == 400
    for _ in range(2):
        assert client.post(url("end_callback", callback), {"outcome": "cancelled"}).status_code == 302
    assert state(people, callback) == ("cancelled", 0)
    assert client.post(url("claim", callback)).status_code == 409


def test_a_colleagues_callback_is_not_cancelled(people: People) -> None:
    """The conversation of whoever holds it cannot be read, which must not be an error."""
    callback = a_callback(people.coordinator)
    browser(people.colleague).post(url("claim", callback))
    assert browser(people.handler).post(url("end_callback", callback), {"outcome": "cancelled"}).status_code == 409
    assert state(people, callback) == ("claimed", 1)


@pytest.mark.parametrize("name", ["claim", "put_back", "end_callback"])
def test_callbacks_of_others_are_404(people: People, name: str) -> None:
    callback, posted = a_callback(people.handler), {"outcome": "done", "due_at": soon().strftime("%Y-%m-%dT%H:%M")}
    for user in (people.other_handler, people.other_coordinator, people.worker, people.administrator, people.dpo):
        answers = [browser(user).post(url(name, key), posted).status_code for key in (callback, uuid.uuid4())]
        assert answers == [404, 404]
    assert state(people, callback) == ("open", 0)


@pytest.mark.parametrize("name", ["callbacks", "part_callbacks"])
def test_worklist_needs_the_same_number_of_queries_for_one_and_three(people: People, name: str) -> None:
    client, counted = browser(people.handler), []
    client.get(url(name))
    for more in (1, 2):
        for _ in range(more):
            a_callback(people.coordinator)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url(name)).content.decode()
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert PHONE not in page, "the number is for whoever claims the callback"


def test_desk_counts_callbacks_by_itself_only_if_it_does_not_show_all(people: People) -> None:
    client = browser(people.handler)
    for made, queries in ((2, 1), (MOST_ROWS - 1, 2)):
        for _ in range(made):
            a_callback(people.coordinator)
        client.get(url("desk"))
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url("desk"))
        assert sum('FROM "hotline_callback"' in one["sql"] for one in captured.captured_queries) == queries
    assert page.context["today"].callbacks == MOST_ROWS + 1


def test_worklist_shows_who_has_claimed_a_callback(people: People) -> None:
    callback = a_callback(people.coordinator, is_urgent=True)
    browser(people.handler).post(url("claim", callback))
    mine, theirs = (browser(user).get(url("callbacks")).content.decode() for user in (people.handler, people.colleague))
    assert url("put_back", callback) in mine
    assert url("put_back", callback) not in theirs
    assert people.handler.name in theirs
