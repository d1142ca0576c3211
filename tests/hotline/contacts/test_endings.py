"""Endings without counselling: can be undone for ten seconds, are executed once, and ask if texts were typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from contacts import PHONE, a_contact, browser, contact_as, save, typed, url
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, new_id

from foundation.accounts.models import Membership, User
from foundation.journal.models import Event
from hotline.contacts.actions import open_contact
from hotline.contacts.callbacks import claim_callback, schedule_callback
from hotline.contacts.forms import ContactForm
from hotline.contacts.models import Callback, Contact
from hotline.contacts.tasks import end_contacts
from hotline.contacts.vocabulary import ENDINGS

pytestmark = pytest.mark.django_db
TEN_SECONDS = timedelta(seconds=10)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def end(client: Client, contact: UUID, kind: str = "silent", **values: Any) -> Any:
    return client.post(url("complete", contact), typed(ending=kind, **values))


def undo(client: Client, contact: UUID) -> Any:
    return client.post(url("undo", contact))


def happened(user: User, contact: UUID) -> list[tuple[str, int]]:
    """The events about the contact's end, and their actors."""
    found = Event.objects.filter(subject=contact).exclude(kind__in=["contact.opened", "contact.saved"]).order_by("pk")
    return as_user(user, lambda: list(found.values_list("kind", "actor")))  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ENDINGS)
def test_ending_is_executed_once_after_ten_seconds_in_the_handlers_name(people: People, clock: Any, kind: str) -> None:
    contact, me = a_contact(people.handler), people.handler.pk
    assert end(browser(people.handler), contact, kind).headers["Location"] == url("desk")
    clock.shift(TEN_SECONDS - timedelta(milliseconds=1))
    end_contacts()
    assert contact_as(people.handler, contact).state == "draft"
    clock.shift(timedelta(milliseconds=1))
    end_contacts()
    end_contacts()
    done = contact_as(people.handler, contact)
    assert (done.state, done.kind, done.completed_by_id, done.handler_id) == ("completed", kind, me, me)
    assert happened(people.handler, contact) == [("contact.ending_planned", me), ("contact.completed", me)]


def test_ending_missed_by_all_processes_is_executed_later(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    clock.shift(timedelta(hours=3))
    end_contacts()
    assert contact_as(people.handler, contact).kind == "silent"


def test_endings_task_runs_every_two_seconds() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["end-contacts"]
    assert (entry["task"], entry["schedule"]) == ("hotline.tasks.end_contacts", timedelta(seconds=2))


def test_failing_ending_does_not_stop_the_others(people: People, clock: Any) -> None:
    lost, mine = a_contact(people.colleague), a_contact(people.handler)
    end(browser(people.colleague), lost)
    end(browser(people.handler), mine)
    change(Membership.objects.filter(user=people.colleague), ended_at=timezone.now(), ended_by=people.administrator)
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, mine).state == "completed"
    given_up = contact_as(people.handler, lost)  # surfaced to the shift
    assert (given_up.state, given_up.ending, given_up.surfaced_at) == ("draft", "", timezone.now())


def test_undo_within_ten_seconds_keeps_the_contact_open(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact)
    clock.shift(TEN_SECONDS - timedelta(seconds=1))
    assert [undo(client, contact).headers["Location"] for _twice in range(2)] == [url("desk_contact", contact)] * 2
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, contact).state == "draft"
    assert [kind for kind, _by in happened(people.handler, contact)] == [
        "contact.ending_planned",
        "contact.ending_undone",
    ]
    assert save(client, contact, notes="somebody spoke after all").status_code == 200


def test_late_undo_has_no_effect_and_shows_what_happened(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact, "prank")
    clock.shift(TEN_SECONDS)
    end_contacts()
    late = client.post(url("undo", contact), follow=True)
    assert late.redirect_chain == [(url("contact", contact), 302)]
    assert "Too late" in late.content.decode()
    assert "prank" in late.content.decode()
    assert contact_as(people.handler, contact).state == "completed"


def test_due_ending_can_be_undone_until_the_sweep(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    clock.shift(TEN_SECONDS + timedelta(seconds=1))
    undo(browser(people.handler), contact)
    end_contacts()
    assert contact_as(people.handler, contact).state == "draft"


def test_repeated_ending_is_not_postponed_and_another_kind_replaces_it(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact)
    first = contact_as(people.handler, contact).ends_at
    clock.shift(timedelta(seconds=4))
    end(client, contact)
    assert contact_as(people.handler, contact).ends_at == first
    end(client, contact, "press")
    changed = contact_as(people.handler, contact)
    assert (changed.ending, changed.ends_at) == ("press", timezone.now() + TEN_SECONDS)


def test_ending_from_a_stale_tab_shows_what_changed(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    save(browser(people.coordinator), contact, notes="by the coordinator")
    stale = end(client, contact)
    assert (stale.status_code, people.coordinator.name in stale.content.decode()) == (409, True)
    assert contact_as(people.handler, contact).ending == ""


def test_ending_of_a_contact_completed_otherwise_is_refused_with_a_message(people: People) -> None:
    contact, client = a_contact(people.handler, notes="a conversation"), browser(people.handler)
    client.post(url("complete", contact), typed(notes="a conversation"))
    values = typed(notes="a conversation", ending="silent", version=2)
    assert client.post(url("complete", contact), values).status_code == 409
    assert contact_as(people.handler, contact).kind == "counselling"


@pytest.mark.parametrize("kind", ["no such", "counselling", "no_answer", "completed", "silent " * 20])
@pytest.mark.parametrize("field", ["ending", "confirmed_ending"])
def test_unknown_kind_of_ending_is_400_and_never_becomes_counselling(people: People, field: str, kind: str) -> None:
    contact = a_contact(people.handler)
    values = typed(notes="kept", **{field: kind})
    assert browser(people.handler).post(url("complete", contact), values).status_code == 400
    assert contact_as(people.handler, contact).state == "draft"


def test_contact_of_somebody_else_can_be_neither_ended_nor_undone(people: People) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    for stranger in (people.colleague, people.other_coordinator, people.worker, people.administrator):
        assert end(browser(stranger), contact).status_code == 404
        assert undo(browser(stranger), contact).status_code == 404
        assert undo(browser(stranger), new_id()).status_code == 404
    assert contact_as(people.handler, contact).ending == "silent"


def test_ending_by_a_coordinator_is_executed_in_the_coordinators_name(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.coordinator), contact)
    assert str(contact) in browser(people.handler).get(url("part_endings")).content.decode()
    clock.shift(TEN_SECONDS)
    end_contacts()
    done = contact_as(people.handler, contact)
    assert (done.completed_by_id, done.handler_id) == (people.coordinator.pk, people.handler.pk)


def test_desk_pages_show_a_planned_ending_with_undo(people: People, clock: Any) -> None:
    contact, other, client = a_contact(people.handler), a_contact(people.handler), browser(people.handler)
    end(client, contact, "wrong_number")
    for address in (url("desk"), url("desk_contact", other), url("desk_contact", contact), url("part_endings")):
        page = client.get(address).content.decode()
        assert f'action="{url("undo", contact)}"' in page
        assert "ends as “wrong number”" in page
    assert str(contact) not in browser(people.colleague).get(url("part_endings")).content.decode()
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert url("undo", contact) not in client.get(url("desk")).content.decode()


WRITTEN = [("notes", "said little"), ("advice", "x"), ("label", "x"), ("alias", "Sam"), ("phone", PHONE),
           ("phone", "ask again"), ("postal_code", "04109"), ("municipality", "Leipzig")]  # fmt: skip


@pytest.mark.parametrize(("field", "text"), WRITTEN)
def test_ending_with_typed_text_asks_first_and_keeps_the_text(people: People, field: str, text: str) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    asked = end(client, contact, **{field: text})
    page = asked.content.decode()
    assert (asked.status_code, "End as “silent” anyway?" in page) == (422, True)
    saved = contact_as(people.handler, contact)
    assert (saved.ending, getattr(saved, field)) == ("", text)
    assert f'name="version" value="{saved.version}"' in page
    sure = typed(confirmed_ending="silent", version=saved.version, **{field: text})
    assert client.post(url("complete", contact), sure).status_code == 302
    assert contact_as(people.handler, contact).ending == "silent"


def from_a_callback(people: People) -> UUID:
    callback = new_id()
    given = {"phone": PHONE, "language": "fr", "due_at": timezone.now()}
    as_user(people.handler, schedule_callback, by=people.handler, callback_id=callback, **given)
    opened = as_user(people.handler, claim_callback, by=people.handler, callback_id=callback, contact_id=new_id())
    return UUID(str(opened.pk))


def test_values_filled_in_by_the_system_do_not_count_as_typed(people: People, clock: Any) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    assert end(client, contact, channel="callback", phone=PHONE, language="fr").status_code == 302
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert as_user(people.handler, lambda: Callback.objects.get().state) == "done"
    assert contact_as(people.handler, contact).kind == "silent"


def test_ending_with_an_invalid_field_keeps_the_input_and_shows_the_error(people: People) -> None:
    contact = a_contact(people.handler)
    answer = end(browser(people.handler), contact, started_at="yesterday")
    assert (answer.status_code, 'value="yesterday"' in answer.content.decode()) == (422, True)
    assert contact_as(people.handler, contact).ending == ""


def test_completing_an_empty_form_asks_for_an_ending(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    asked = client.post(url("complete", contact), typed())
    page = asked.content.decode()
    assert (asked.status_code, "What was this contact?" in page) == (422, True)
    assert all(f'name="confirmed_ending" value="{kind}"' in page for kind in ENDINGS)
    assert contact_as(people.handler, contact).state == "draft"
    assert client.post(url("complete", contact), typed(confirmed_ending="test")).status_code == 302
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, contact).kind == "test"


def test_empty_counselling_contact_needs_an_explicit_confirmation(people: People) -> None:
    contact = a_contact(people.handler)
    assert browser(people.handler).post(url("complete", contact), typed(nothing_to_note="1")).status_code == 302
    done = contact_as(people.handler, contact)
    assert (done.state, done.kind) == ("completed", "counselling")


EMPTY: list[dict[str, Any]] = [{}, {"channel": "email"}, {"notes": " \n "}, {"alias": "  "}]
NOTED: list[dict[str, Any]] = [
    {"caller_type": "parent"}, {"language": "de"}, {"alias": "Sam"}, {"phone": PHONE}, {"country": "FR"},
    {"postal_code": "04109"}, {"municipality": "Leipzig"}, {"relation": "child"}, {"age_band": "18_20"},
    {"sex": "male"}, {"phenomenon": "religious"}, {"topics": ["online"]}, {"notes": "x"}, {"advice": "x"},
    {"label": "x"}, {"is_hard": "on"},
]  # fmt: skip


def test_noted_has_a_case_for_each_field_of_the_conversation() -> None:
    tried = {name for values in NOTED for name in values}
    assert tried == ContactForm.base_fields.keys() - {"channel", "kind", "started_at"}


@pytest.mark.parametrize(("values", "asks"), [*((v, True) for v in EMPTY), *((v, False) for v in NOTED)])
def test_contact_with_only_defaults_is_empty(people: People, values: dict[str, Any], asks: bool) -> None:
    answer = browser(people.handler).post(url("complete", a_contact(people.handler)), typed(**values))
    assert answer.status_code == (422 if asks else 302)


def test_contact_of_a_callback_without_notes_is_empty(people: People) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    filled = {"channel": "callback", "phone": PHONE, "language": "fr"}
    assert client.post(url("complete", contact), typed(**filled)).status_code == 422
    assert client.post(url("complete", contact), typed(**filled | {"phone": "+49 341 7654321"})).status_code == 302


def test_a_kind_that_was_chosen_in_the_form_needs_no_question(people: People) -> None:
    contact = a_contact(people.handler)
    assert browser(people.handler).post(url("complete", contact), typed(kind="press")).status_code == 302
    assert contact_as(people.handler, contact).kind == "press"


def test_contact_completed_meanwhile_is_not_changed_by_its_ending(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact)
    client.post(url("complete", contact), typed(notes="somebody spoke after all"))
    clock.shift(TEN_SECONDS)
    end_contacts()
    done = contact_as(people.handler, contact)
    assert (done.kind, done.ending, done.ends_at) == ("counselling", "", None)


def test_reassigning_a_contact_cancels_its_ending(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    browser(people.coordinator).post(url("assign", contact), {"to": people.colleague.pk})
    clock.shift(TEN_SECONDS)
    end_contacts()
    given = contact_as(people.colleague, contact)
    assert (given.state, given.ending, given.handler_id) == ("draft", "", people.colleague.pk)


def test_putting_back_a_callback_replaces_a_planned_ending(people: People, clock: Any) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    end(client, contact, channel="callback", phone=PHONE, language="fr")
    callback = as_user(people.handler, Callback.objects.get)
    later = timezone.localtime() + timedelta(hours=1)
    client.post(url("put_back", callback.pk), {"due_at": later.strftime("%Y-%m-%dT%H:%M")})
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, contact).kind == "no_answer"
    assert as_user(people.handler, lambda: Callback.objects.get().state) == "open"


def test_number_of_queries_does_not_grow_with_planned_endings(people: People) -> None:
    client, counts = browser(people.handler), []
    for _number in range(3):
        contact = new_id()
        as_user(people.handler, open_contact, by=people.handler, contact_id=contact)
        end(client, contact)
        with CaptureQueriesContext(connection) as captured:
            client.get(url("part_endings"))
        counts.append(len(captured))
    assert counts[0] == counts[2]
    assert as_user(people.handler, Contact.objects.ending().count) == 3


@pytest.mark.parametrize("name", ["cases:list", "regions:network", "hotline:contacts", "switchboard:agent"])
def test_undo_is_shown_on_every_page(people: People, name: str) -> None:
    client = browser(people.handler)
    assert "Undo" not in client.get(reverse(name)).content.decode()
    contact = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact)
    end(client, contact)
    shown = client.get(reverse(name)).content.decode()
    assert f'action="{url("undo", contact)}"' in shown
    assert "Undo" not in browser(people.colleague).get(reverse(name)).content.decode()
