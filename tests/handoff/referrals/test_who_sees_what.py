"""What each side may read in each state, in the database and on pages; no side reads what was not agreed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from assessments import REFERRAL
from django.test import Client
from people import People, as_user, new_id
from referrals import SECRETS, SUMMARY, accepted, draft, make_case, offer, offered
from web import sign_in

from casework.cases.actions import add_note
from casework.cases.models import Case
from foundation.accounts.models import User
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as
from handoff.referrals import partner_actions, permissions
from handoff.referrals.centre_actions import withdraw_referral
from handoff.referrals.models import Disclosure, Message, Referral, Summary
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import DeclineReason, Feedback, Outcome
from hotline.contacts.models import Contact
from triage.models import Assessment

ROWS = (Referral, Summary, Disclosure, Message)


def counts(user: User, referral_id: uuid.UUID) -> list[int]:
    """Number of visible rows of the referral: itself, summary, fields, messages."""
    with acting_as(user, purpose="test"):
        found = [Referral.objects.filter(pk=referral_id).count()]
        return found + [model._default_manager.filter(referral=referral_id).count() for model in ROWS[1:]]


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def by_worker(people: People, action: Any, referral: Referral, **values: Any) -> Referral:
    done: Referral = as_user(people.worker, action, by=people.worker, referral_id=referral.pk, **values)
    return done


def reached(people: People, state: str) -> Referral:
    """A referral in this state with one field and, if the state allows it, one message of the partner."""
    agreed: dict[str, Any] = {"fields": ["phone"], "legal_basis": "consent"}
    if state == "draft":
        return draft(people, make_case(people))
    if state in ("accepted", "in_progress", "returned", "completed"):
        referral = accepted(people, **agreed)
        said = Feedback.NOT_REACHED if state == "accepted" else Feedback.FIRST_CONTACT
        by_worker(people, partner_actions.give_feedback, referral, message_id=new_id(), feedback=said)
        if state == "returned":
            by_worker(people, partner_actions.return_referral, referral, text="too far")
        if state == "completed":
            by_worker(people, partner_actions.complete_referral, referral, outcome=Outcome.STABILISED)
        return referral
    referral = offered(people, **agreed)
    if state != "offered":
        by_worker(people, partner_actions.ask_question, referral, message_id=new_id(), text="who?")
    if state == "declined":
        by_worker(people, partner_actions.decline_referral, referral, reason=DeclineReason.LANGUAGE)
    if state == "withdrawn":
        as_user(people.handler, withdraw_referral, by=people.handler, referral_id=referral.pk)
    return referral


#: State, and the rows that the partner's people see: referral, summary, fields, messages.
PARTNER_SEES = [
    ("draft", [0, 0, 0, 0]),
    ("offered", [1, 1, 0, 0]),
    ("question", [1, 1, 0, 1]),
    ("accepted", [1, 1, 1, 1]),
    ("in_progress", [1, 1, 1, 1]),
    ("declined", [1, 0, 0, 0]),
    ("withdrawn", [1, 0, 0, 0]),
    ("returned", [1, 0, 0, 0]),
    ("completed", [1, 0, 0, 0]),
]


@pytest.mark.parametrize(("state", "sees"), PARTNER_SEES)
def test_database_shows_each_side_the_rows_of_the_state(people: People, state: str, sees: list[int]) -> None:
    referral = reached(people, state)
    assert counts(people.worker, referral.pk) == sees
    for outsider in (
        people.other_worker,
        people.colleague,
        people.other_handler,
        people.other_coordinator,
        people.administrator,
        people.dpo,
        people.funder,
        people.liaison,
    ):
        assert counts(outsider, referral.pk) == [0, 0, 0, 0]
    for insider in (people.handler, people.coordinator):
        assert counts(insider, referral.pk)[:2] == [1, 1]


@pytest.mark.parametrize(("state", "sees"), PARTNER_SEES)
def test_permissions_agree_with_the_database(people: People, state: str, sees: list[int]) -> None:
    referral = reached(people, state)
    with acting_as(people.coordinator, purpose="test"):
        referral.refresh_from_db()
        assert permissions.is_partner_side(people.worker, referral) == bool(sees[0])
        assert not permissions.is_partner_side(people.other_worker, referral)
    with acting_as(people.handler, purpose="test"):
        assert permissions.is_centre_side(people.handler, referral)


def test_partner_never_reads_case_contact_or_triage(people: People) -> None:
    referral = accepted(people, fields=["phone"], legal_basis="consent")
    with acting_as(people.worker, purpose="test"):
        assert [Case.objects.count(), Contact.objects.count(), Assessment.objects.count()] == [0, 0, 0]
        assert Referral.objects.get().pk == referral.pk


def test_people_without_access_get_404(people: People) -> None:
    referral = offered(people)
    partner_page, centre_page = f"/inbox/{referral.pk}/", f"/referrals/{referral.pk}/"
    for user in (people.other_worker, people.colleague, people.other_coordinator, people.dpo, people.handler):
        assert client_of(user).get(partner_page).status_code == 404
    for user in (people.worker, people.other_worker, people.colleague, people.other_coordinator, people.administrator):
        assert client_of(user).get(centre_page).status_code == 404
        assert client_of(user).get(f"/cases/{referral.case_id}/partners/").status_code == 404
    assert client_of(people.coordinator).get(centre_page).status_code == 200
    with acting_as(people.colleague, purpose="test"):
        assert set(Look.objects.filter(actor=people.colleague).values_list("what", flat=True)) == {
            "referral.read.denied",
            "case.read.denied",
        }


def test_board_and_inbox_are_404_for_other_roles(people: People) -> None:
    statuses = {
        user.pk: (client_of(user).get("/referrals/").status_code, client_of(user).get("/inbox/").status_code)
        for user in (people.handler, people.worker, people.administrator, people.funder, people.liaison)
    }
    assert list(statuses.values()) == [(200, 404), (404, 200), (404, 404), (404, 404), (404, 404)]


def test_reading_content_is_recorded_and_a_204_fragment_is_not(people: People) -> None:
    referral = offered(people)
    worker = client_of(people.worker)
    page = worker.get(f"/inbox/{referral.pk}/")
    unchanged = worker.get(f"/inbox/{referral.pk}/part/?seen={page.context['seen']}")
    assert (unchanged.status_code, unchanged.content) == (204, b"")
    by_worker(people, partner_actions.ask_question, referral, message_id=new_id(), text="who?")
    changed = worker.get(f"/inbox/{referral.pk}/part/?seen={page.context['seen']}")
    assert "who?" in changed.content.decode()
    with acting_as(people.worker, purpose="test"):
        assert list(Look.objects.filter(subject=referral.pk).values_list("what", flat=True)) == ["referral.read"] * 2


def test_partner_reads_only_events_addressed_to_it(people: People) -> None:
    referral = accepted(people)
    with acting_as(people.worker, purpose="test"):
        seen = list(Event.objects.filter(subject=referral.pk).order_by("pk").values_list("kind", flat=True))
    with acting_as(people.handler, purpose="test"):
        all_of_it = list(Event.objects.filter(subject=referral.pk).order_by("pk").values_list("kind", flat=True))
    assert seen == ["referral.offered", "referral.accepted"]
    assert all_of_it == ["referral.drafted", *seen]


CANARIES = [*SECRETS.values(), "case-note-canary", "label-canary"]


def leaks(texts: list[str], agreed: tuple[str, ...]) -> set[str]:
    allowed = {SECRETS[name] for name in agreed}
    return {canary for canary in CANARIES for text in texts if canary in text} - allowed


def everything_a_partner_gets(people: People, referral_id: uuid.UUID) -> list[str]:
    """Every page, header, event, push message and e-mail that the partner's side receives."""
    worker = client_of(people.worker)
    pages = [worker.get(f"/inbox/{part}") for part in ("", "part/", f"{referral_id}/", f"{referral_id}/part/")]
    texts = [page.content.decode() + str(dict(page.headers)) for page in pages]
    with acting_as(people.worker, purpose="test"):
        events = Event.objects.all()
        return texts + [f"{event.kind} {event.subject} {event.data} {event.tell}" for event in events]


@pytest.mark.parametrize("agreed", [(), ("phone",), ("alias", "notes"), tuple(SECRETS)[:2]])
def test_pages_and_events_for_the_partner_contain_only_agreed_fields(people: People, agreed: tuple[str, ...]) -> None:
    case = make_case(people, {**REFERRAL, "consent_person": "given"}, label="label-canary")
    as_user(people.handler, add_note, by=people.handler, note_id=new_id(), case_id=case.pk, text="case-note-canary")
    basis = {"fields": list(agreed), "legal_basis": "consent"} if agreed else {}
    referral = offer(people, draft(people, case), **basis)
    assert leaks(everything_a_partner_gets(people, referral.pk), ()) == set()
    by_worker(people, partner_actions.accept_referral, referral)
    after = everything_a_partner_gets(people, referral.pk)
    assert leaks(after, agreed) == set()
    assert leaks(after, ()) == {SECRETS[name] for name in agreed}
    by_worker(people, partner_actions.return_referral, referral, text="cannot")
    ended = everything_a_partner_gets(people, referral.pk)
    assert leaks(ended, ()) == set()
    assert not [text for text in ended if SUMMARY in text]


def test_page_after_the_end_shows_only_reference_dates_and_state(people: People) -> None:
    referral = reached(people, "declined")
    shown = client_of(people.worker).get(f"/inbox/{referral.pk}/").content.decode()
    assert referral.reference in shown
    assert "no longer shown to your organisation" in shown
    assert "Language not available" not in shown
    assert str(ReferralState.DECLINED.label) in shown
