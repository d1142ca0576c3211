"""Endings without counselling: undone for ten seconds, then carried out once, and never by a slip of the finger."""

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
    """What the journal says about the contact's end, and by whom."""
    found = Event.objects.filter(subject=contact).exclude(kind__in=["contact.opened", "contact.saved"]).order_by("pk")
    return as_user(user, lambda: list(found.values_list("kind", "actor")))  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ENDINGS)
def test_an_ending_comes_about_ten_seconds_later_once_as_the_handlers_act(
    people: People, clock: Any, kind: str
) -> None:
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


def test_an_ending_that_every_process_slept_through_is_carried_out_later(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    clock.shift(timedelta(hours=3))
    end_contacts()
    assert contact_as(people.handler, contact).kind == "silent"


def test_it_runs_every_two_seconds() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["end-contacts"]
    assert (entry["task"], entry["schedule"]) == ("hotline.tasks.end_contacts", timedelta(seconds=2))


def test_one_that_cannot_be_ended_does_not_keep_the_others(people: People, clock: Any) -> None:
    lost, mine = a_contact(people.colleague), a_contact(people.handler)
    end(browser(people.colleague), lost)
    end(browser(people.handler), mine)
    Membership.objects.filter(user=people.colleague).update(ended_at=timezone.now(), ended_by=people.administrator)
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, mine).state == "completed"
    given_up = contact_as(people.handler, lost)  # the shift sees it now
    assert (given_up.state, given_up.ending, given_up.surfaced_at) == ("draft", "", timezone.now())


def test_undone_in_time_the_contact_goes_on(people: People, clock: Any) -> None:
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


def test_undone_too_late_one_is_told_what_happened(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact, "prank")
    clock.shift(TEN_SECONDS)
    end_contacts()
    late = client.post(url("undo", contact), follow=True)
    assert late.redirect_chain == [(url("contact", contact), 302)]
    assert "Too late" in late.content.decode()
    assert "prank" in late.content.decode()
    assert contact_as(people.handler, contact).state == "completed"


def test_between_its_time_and_the_sweep_it_can_still_be_undone(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    clock.shift(TEN_SECONDS + timedelta(seconds=1))
    undo(browser(people.handler), contact)
    end_contacts()
    assert contact_as(people.handler, contact).state == "draft"


def test_a_second_post_does_not_put_the_end_off_and_another_kind_replaces_it(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact)
    first = contact_as(people.handler, contact).ends_at
    clock.shift(timedelta(seconds=4))
    end(client, contact)
    assert contact_as(people.handler, contact).ends_at == first
    end(client, contact, "press")
    changed = contact_as(people.handler, contact)
    assert (changed.ending, changed.ends_at) == ("press", timezone.now() + TEN_SECONDS)


def test_an_ending_in_a_stale_tab_is_told_what_changed(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    save(browser(people.coordinator), contact, notes="by the coordinator")
    stale = end(client, contact)
    assert (stale.status_code, people.coordinator.name in stale.content.decode()) == (409, True)
    assert contact_as(people.handler, contact).ending == ""


def test_an_ending_of_what_is_completed_as_something_else_is_told_so(people: People) -> None:
    contact, client = a_contact(people.handler, notes="a conversation"), browser(people.handler)
    client.post(url("complete", contact), typed(notes="a conversation"))
    values = typed(notes="a conversation", ending="silent", version=2)
    assert client.post(url("complete", contact), values).status_code == 409
    assert contact_as(people.handler, contact).kind == "counselling"


@pytest.mark.parametrize("kind", ["no such", "counselling", "no_answer", "completed", "silent " * 20])
@pytest.mark.parametrize("field", ["ending", "confirmed_ending"])
def test_an_absurd_kind_is_refused_and_never_becomes_counselling(people: People, field: str, kind: str) -> None:
    contact = a_contact(people.handler)
    values = typed(notes="kept", **{field: kind})
    assert browser(people.handler).post(url("complete", contact), values).status_code == 400
    assert contact_as(people.handler, contact).state == "draft"


def test_nobody_elses_contact_can_be_ended_or_undone(people: People) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    for stranger in (people.colleague, people.other_coordinator, people.worker, people.administrator):
        assert end(browser(stranger), contact).status_code == 404
        assert undo(browser(stranger), contact).status_code == 404
        assert undo(browser(stranger), new_id()).status_code == 404
    assert contact_as(people.handler, contact).ending == "silent"


def test_a_coordinators_ending_is_the_coordinators_act(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.coordinator), contact)
    assert str(contact) in browser(people.handler).get(url("part_endings")).content.decode()
    clock.shift(TEN_SECONDS)
    end_contacts()
    done = contact_as(people.handler, contact)
    assert (done.completed_by_id, done.handler_id) == (people.coordinator.pk, people.handler.pk)


def test_every_desk_page_of_the_handler_shows_it_with_its_undo(people: People, clock: Any) -> None:
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
def test_with_something_written_an_ending_asks_first_and_keeps_the_text(people: People, field: str, text: str) -> None:
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


def test_what_the_system_filled_in_is_nothing_written(people: People, clock: Any) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    assert end(client, contact, channel="callback", phone=PHONE, language="fr").status_code == 302
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert as_user(people.handler, lambda: Callback.objects.get().state) == "done"
    assert contact_as(people.handler, contact).kind == "silent"


def test_an_ending_with_a_wrong_field_keeps_everything_and_tells_where(people: People) -> None:
    contact = a_contact(people.handler)
    answer = end(browser(people.handler), contact, started_at="yesterday")
    assert (answer.status_code, 'value="yesterday"' in answer.content.decode()) == (422, True)
    assert contact_as(people.handler, contact).ending == ""


def test_an_empty_form_does_not_become_counselling_by_itself(people: People, clock: Any) -> None:
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


def test_counselling_with_nothing_to_note_is_said_in_so_many_words(people: People) -> None:
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


def test_each_field_of_the_conversation_is_tried() -> None:
    tried = {name for values in NOTED for name in values}
    assert tried == ContactForm.base_fields.keys() - {"channel", "kind", "started_at"}


@pytest.mark.parametrize(("values", "asks"), [*((v, True) for v in EMPTY), *((v, False) for v in NOTED)])
def test_empty_means_nothing_but_defaults(people: People, values: dict[str, Any], asks: bool) -> None:
    answer = browser(people.handler).post(url("complete", a_contact(people.handler)), typed(**values))
    assert answer.status_code == (422 if asks else 302)


def test_a_callback_of_which_nothing_is_noted_is_empty_too(people: People) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    filled = {"channel": "callback", "phone": PHONE, "language": "fr"}
    assert client.post(url("complete", contact), typed(**filled)).status_code == 422
    assert client.post(url("complete", contact), typed(**filled | {"phone": "+49 341 7654321"})).status_code == 302


def test_a_kind_that_was_chosen_in_the_form_needs_no_question(people: People) -> None:
    contact = a_contact(people.handler)
    assert browser(people.handler).post(url("complete", contact), typed(kind="press")).status_code == 302
    assert contact_as(people.handler, contact).kind == "press"


def test_what_is_completed_meanwhile_is_left_as_it_is(people: People, clock: Any) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    end(client, contact)
    client.post(url("complete", contact), typed(notes="somebody spoke after all"))
    clock.shift(TEN_SECONDS)
    end_contacts()
    done = contact_as(people.handler, contact)
    assert (done.kind, done.ending, done.ends_at) == ("counselling", "", None)


def test_whoever_gets_the_contact_meanwhile_gets_it_without_its_ending(people: People, clock: Any) -> None:
    contact = a_contact(people.handler)
    end(browser(people.handler), contact)
    browser(people.coordinator).post(url("assign", contact), {"to": people.colleague.pk})
    clock.shift(TEN_SECONDS)
    end_contacts()
    given = contact_as(people.colleague, contact)
    assert (given.state, given.ending, given.handler_id) == ("draft", "", people.colleague.pk)


def test_nobody_answered_replaces_an_ending(people: People, clock: Any) -> None:
    contact, client = from_a_callback(people), browser(people.handler)
    end(client, contact, channel="callback", phone=PHONE, language="fr")
    callback = as_user(people.handler, Callback.objects.get)
    later = timezone.localtime() + timedelta(hours=1)
    client.post(url("put_back", callback.pk), {"due_at": later.strftime("%Y-%m-%dT%H:%M")})
    clock.shift(TEN_SECONDS)
    end_contacts()
    assert contact_as(people.handler, contact).kind == "no_answer"
    assert as_user(people.handler, lambda: Callback.objects.get().state) == "open"


def test_contacts_that_end_cost_no_query_each(people: People) -> None:
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
def test_the_undo_follows_the_handler_to_every_page(people: People, name: str) -> None:
    client = browser(people.handler)
    assert "Undo" not in client.get(reverse(name)).content.decode()
    contact = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact)
    end(client, contact)
    shown = client.get(reverse(name)).content.decode()
    assert f'action="{url("undo", contact)}"' in shown
    assert "Undo" not in browser(people.colleague).get(reverse(name)).content.decode()
