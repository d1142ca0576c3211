"""Each refused request leaves exactly one entry, with the centre of what was asked for, and never more than a few."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import referrals
from cluster import OwnDatabase
from contacts import a_contact, browser, url
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from people import People, as_user, make_people, make_user, new_id
from telephone import TELEPHONY, make_line
from whole_world import Dossier, make_dossier

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, note_refusal
from foundation.accounts.roles import Role
from foundation.journal.actions import record_refusal
from foundation.journal.middleware import RefusalsAreRecorded
from foundation.journal.models import Look
from foundation.privacy.middleware import ActingAsMiddleware
from hotline.contacts.models import Contact


def refusals(reader: User) -> list[tuple[str, int, uuid.UUID | None]]:
    """What, who and about what, as the reader sees it."""
    found = Look.objects.filter(what__endswith=".denied").order_by("pk")
    return as_user(reader, lambda: list(found.values_list("what", "actor_id", "subject")))  # type: ignore[no-any-return]


GUARDED = {
    "/administration/users/": "accounts:users",
    "/administration/lines/": "switchboard:lines",
    "/audit/": "journal:audit",
    "/figures/": "reporting:live",
    "/shift/": "reporting:shift",
    "/releases/": "publishing:releases",
    "/contacts/": "hotline:contacts",
    "/desk/": "hotline:desk",
    "/cases/": "cases:list",
    "/referrals/": "handoff:board",
    "/inbox/": "handoff:inbox",
    "/triage/confirmations/": "triage:confirmations",
}
MEMBERS = ["handler", "coordinator", "administrator", "dpo", "funder"]


@pytest.mark.parametrize("role", [*MEMBERS, "worker", "liaison"])
def test_each_page_that_refuses_a_role_leaves_one_entry(people: People, role: str) -> None:
    """Members' for their own centre; those of people without a centre for every data protection officer."""
    user = getattr(people, role)
    client, expected = browser(user), []
    for path, name in GUARDED.items():
        if client.get(path).status_code == 404:
            expected.append((f"{name}.denied", user.pk, None))
    assert len(expected) >= 3
    assert refusals(people.dpo) == expected
    other = make_user((people.other_centre, Role.DPO))
    assert refusals(other) == ([] if role in MEMBERS else expected)
    assert refusals(people.administrator if role != "administrator" else people.handler) == []


@pytest.fixture
def people(db: None) -> People:
    return referrals.ready()


@pytest.fixture
def dossier(people: People, settings: Any) -> Dossier:
    settings.TELEPHONY = TELEPHONY
    make_line(people.centre)
    return make_dossier(people, people.colleague)


def addresses(dossier: Dossier) -> list[tuple[str, uuid.UUID]]:
    contact, case, referral = dossier.contact.pk, dossier.case.pk, dossier.referral.pk
    return [
        (f"/contacts/{contact}/", contact),
        (f"/desk/{contact}/", contact),
        (f"/desk/{contact}/callback/", contact),
        (f"/contacts/{dossier.nobodys.pk}/messages/", dossier.nobodys.pk),
        (f"/cases/{case}/", case),
        (f"/cases/{case}/timeline/", case),
        (f"/cases/{case}/partners/", case),
        (f"/referrals/{referral}/", referral),
        (f"/inbox/{referral}/", referral),
        (f"/triage/contacts/{contact}/", contact),
        (f"/triage/confirmations/{dossier.waiting.pk}/", dossier.waiting.pk),
        (f"/telephone/calls/{dossier.talk.pk}/consult/", dossier.talk.pk),
        (f"/telephone/calls/{dossier.voicemail.pk}/voicemail/", dossier.voicemail.pk),
        (f"/callbacks/{dossier.callback.pk}/back/", dossier.callback.pk),
        (f"/audit/looks/{case}/", case),
    ]


@pytest.mark.parametrize("role", ["other_handler", "other_coordinator", "other_worker", "liaison", "funder"])
def test_a_refusal_belongs_to_the_centre_of_the_record(people: People, dossier: Dossier, role: str) -> None:
    user = getattr(people, role)
    client = browser(user)
    for path, _subject in addresses(dossier):
        assert client.get(path).status_code == 404, path
    subjects = [subject for _path, subject in addresses(dossier)]
    assert [(who, about) for _what, who, about in refusals(people.dpo)] == [(user.pk, one) for one in subjects]


@pytest.mark.parametrize("role", ["handler", "worker", "liaison", "administrator"])
def test_an_unknown_id_leaves_one_entry_for_posts_too(people: People, role: str) -> None:
    client, unknown = browser(getattr(people, role)), new_id()
    answers = [
        client.get(f"/cases/{unknown}/"),
        client.post(f"/cases/{unknown}/take/"),
        client.post(f"/inbox/{unknown}/accept/"),
        client.post(url("ask_access", unknown), {"request_id": str(new_id()), "reason": "curious"}),
        client.get(f"/cases/{unknown}/", headers={"Accept": "application/json"}),
    ]
    assert {answer.status_code for answer in answers} <= {404, 302}
    assert [subject for _what, _who, subject in refusals(people.dpo)] == [unknown] * 5


def test_what_is_no_refusal_leaves_none(people: People) -> None:
    contact = a_contact(people.handler)
    client = browser(people.handler)
    assert client.get(f"/contacts/{contact}/").status_code == 200
    assert client.get("/no/such/page/").status_code == 404
    assert client.get(f"/contacts/{contact}/take/", headers={"Accept": "text/html"}).status_code == 302
    client.logout()
    assert client.get(f"/contacts/{contact}/").status_code == 302
    assert refusals(people.dpo) == []


def test_a_refusal_outlives_a_rolled_back_request(own_database: OwnDatabase) -> None:
    people = make_people()

    def view(request: Any) -> HttpResponse:
        transaction.set_rollback(True)
        note_refusal(request, Refused("test.read", None))
        return HttpResponse(status=404)

    request: Any = RequestFactory().get("/")
    request.user, request.session = people.handler, {}
    RefusalsAreRecorded(ActingAsMiddleware(view))(request)
    assert own_database.sql("select what, actor_id, centre_id from journal_look") == (
        f"test.read.denied|{people.handler.pk}|{people.centre.pk}"
    )


def test_a_loop_of_guesses_leaves_few_entries_and_says_so(people: People) -> None:
    client = browser(people.handler)
    for _ in range(40):
        client.get(f"/contacts/{new_id()}/")
    found = [what for what, _who, _subject in refusals(people.dpo)]
    assert found == ["contact.read.denied"] * 30 + ["more.denied"]
    browser(people.colleague).get(f"/contacts/{new_id()}/")
    assert len(refusals(people.dpo)) == 32


def test_guesses_elsewhere_do_not_hide_one_from_the_centre_that_it_is_about(people: People) -> None:
    contact = a_contact(people.handler)
    client = browser(people.other_handler)
    for _ in range(40):
        client.get(f"/contacts/{new_id()}/")
    assert client.get(f"/contacts/{contact}/").status_code == 404
    assert refusals(people.dpo) == [("contact.read.denied", people.other_handler.pk, contact)]


def test_a_refused_request_changes_nothing_else(people: People) -> None:
    contact = a_contact(people.colleague)
    before = as_user(people.coordinator, lambda: list(Contact.objects.values_list("pk", "version")))
    assert browser(people.handler).post(url("autosave", contact), {"version": 1, "notes": "x"}).status_code == 404
    assert as_user(people.coordinator, lambda: list(Contact.objects.values_list("pk", "version"))) == before
    assert refusals(people.dpo) == [("contact.write.denied", people.handler.pk, contact)]


def test_the_database_tells_nothing_about_what_was_refused(people: People) -> None:
    contact = a_contact(people.other_handler)
    action: Callable[..., Any] = record_refusal
    assert action("test.read", by=people.handler, subject=contact) is None
    assert refusals(people.handler) == [("test.read.denied", people.handler.pk, contact)]
    assert refusals(people.dpo) == []  # it belongs to the other centre
