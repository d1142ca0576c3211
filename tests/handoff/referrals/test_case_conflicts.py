"""A conflict of interest in one case: noted by the centre or declared by the partner, enforced, and ended."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from cluster import OwnDatabase
from django.db import DatabaseError, IntegrityError, connection
from django.http import HttpResponse
from django.urls import reverse
from past_policies import change
from people import People, as_user, new_id
from referrals import SUMMARY, accepted, draft, in_threads, make_case, offer, offered, ready, seen_by
from web import browser

from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.journal.models import Event, Look
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import (
    AlreadyOffered,
    ConflictOfInterest,
    NotedAlready,
    close_case,
    note_conflict,
    offer_referral,
    take_back_conflict,
)
from handoff.referrals.models import CaseConflict, Referral
from handoff.referrals.partner_actions import accept_referral, ask_question, decline_referral, return_referral
from handoff.referrals.vocabulary import DeclineReason
from regions.vocabulary import ConflictReason

FRIDAY = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Europe/Berlin"))
UNCLE = "uncle-canary works there"


def note(people: People, case: Case, partner: Organisation | None = None, by: User | None = None, **values: Any) -> Any:
    given = {"conflict_id": new_id(), "reason": "ties", "text": UNCLE, **values}
    user, organisation = by or people.handler, partner or people.partner
    return as_user(user, note_conflict, by=user, case_id=case.pk, organisation=organisation, **given)


def standing(people: People, case: Case) -> CaseConflict:
    with acting_as(people.handler, purpose="test"):
        return CaseConflict.objects.standing().get(case=case)


def take_back(people: People, case: Case) -> Any:
    conflict = standing(people, case)
    return as_user(people.handler, take_back_conflict, by=people.handler, case_id=case.pk, conflict_id=conflict.pk)


def page(people: People, case: Case, by: User | None = None) -> Any:
    address = reverse("handoff:partners", args=[case.pk])
    return browser(by or people.handler).get(address, {"service": "relatives"})


def why_left_out(people: People, case: Case) -> str:
    """Why the page of partners excludes the partner; empty if it does not."""
    rows = page(people, case).context["left_out"].rows
    return " ".join(
        reason for one, _conflict in rows if one.organisation_id == people.partner.pk for reason in one.reasons
    )


def noting(case: Case, organisation: Organisation) -> str:
    return reverse("handoff:note_conflict", args=[case.pk, organisation.pk])


def post_note(people: People, case: Case, by: User | None = None, **values: Any) -> HttpResponse:
    given = {"conflict_id": new_id(), "reason": "staff", "text": "", **values}
    answer: HttpResponse = browser(by or people.handler).post(noting(case, people.partner), given, follow=True)
    return answer


def post_draft(people: People, case: Case) -> Any:
    values = {"organisation": people.partner.pk, "service": "relatives", "referral_id": new_id()}
    return browser(people.handler).post(reverse("handoff:draft", args=[case.pk]), values, follow=True)


def number_of_conflicts(people: People, case: Case) -> int:
    with acting_as(people.coordinator, purpose="test"):
        return CaseConflict.objects.filter(case=case).count()


def events(people: People, case: Case) -> list[str]:
    with acting_as(people.coordinator, purpose="test"):
        found = Event.objects.filter(case=case.pk, kind__startswith="case.conflict").order_by("pk")
        return [f"{event.kind} by {event.actor_id}" for event in found]


@pytest.mark.parametrize("reason", ConflictReason)
def test_noted_conflict_excludes_the_partner_from_this_case_only(people: People, reason: ConflictReason) -> None:
    case, other = make_case(people), make_case(people)
    assert why_left_out(people, case) == ""
    answer = post_note(people, case, reason=reason.value, text=UNCLE)
    said = f"Has a conflict of interest in this case: {reason.label}."
    assert "Noted. Nothing of this case is offered to Example Partner any more." in answer.text
    assert why_left_out(people, case) == said
    assert all(one.organisation_id != people.partner.pk for one in page(people, case).context["suggestions"].ranked)
    assert UNCLE in answer.text
    assert f"Nothing can be offered to Example Partner. {said}" in post_draft(people, case).text
    with acting_as(people.handler, purpose="test"):
        assert not Referral.objects.filter(case=case).exists()
    assert why_left_out(people, other) == ""
    assert draft(people, other).state == "draft"


def test_ended_conflict_is_kept_as_a_row_and_can_be_noted_again(people: People) -> None:
    case = make_case(people)
    note(people, case)
    address = reverse("handoff:take_back_conflict", args=[case.pk, standing(people, case).pk])
    answer = browser(people.coordinator).post(f"{address}?service=relatives", follow=True)
    assert "Taken back: the partner can be asked again." in answer.text
    assert "It has been taken back already." in browser(people.handler).post(address, follow=True).text
    assert why_left_out(people, case) == ""
    with acting_as(people.handler, purpose="test"):
        row = CaseConflict.objects.get(case=case)
        assert (row.noted_by_id, row.ended_by_id, row.text) == (people.handler.pk, people.coordinator.pk, UNCLE)
    note(people, case, reason="other")
    assert number_of_conflicts(people, case) == 2
    assert events(people, case) == [
        f"case.conflict_noted by {people.handler.pk}",
        f"case.conflict_taken_back by {people.coordinator.pk}",
        f"case.conflict_noted by {people.handler.pk}",
    ]
    file = browser(people.handler).get(reverse("cases:case", args=[case.pk])).text
    assert "Conflict of interest of Example Partner in this case noted" in file


def test_text_of_a_conflict_is_encrypted_and_not_in_events(people: People) -> None:
    case = make_case(people)
    note(people, case)
    with acting_as(people.coordinator, purpose="test"), connection.cursor() as cursor:
        cursor.execute("select text, data_key_id from handoff_caseconflict")
        ((text, key),) = cursor.fetchall()
        cursor.execute("select string_agg(data::text, ' ') from journal_event")
        assert "uncle" not in cursor.fetchone()[0]
    assert b"uncle" not in bytes(text)
    assert key == case.data_key_id


def test_offer_from_stale_tab_after_a_conflict_is_refused_and_input_kept(people: People) -> None:
    case = make_case(people)
    first = draft(people, case)
    note(people, case)
    assert seen_by(people.handler, first.pk).state == "withdrawn"
    values = {"text": "A family asks for help.", "fields_agreed": [], "legal_basis": ""}
    stale = browser(people.handler).post(reverse("handoff:offer", args=[first.pk]), values)
    assert stale.status_code == 409
    again = browser(people.handler).post(reverse("handoff:draft_again", args=[first.pk]), follow=True)
    assert "Nothing can be offered to Example Partner." in again.text


def test_draft_made_by_the_deadline_service_is_not_sent_to_a_partner_with_a_conflict(people: People) -> None:
    case = make_case(people)
    waiting = draft(people, case)
    with acting_as(people.handler, purpose="test"):
        conflict = CaseConflict(
            case=case, organisation=people.partner, data_key_id=case.data_key_id, reason="ties", noted_by=people.handler
        )
        conflict.save(force_insert=True)
    values = {"text": "A family asks for help.", "fields_agreed": [], "legal_basis": ""}
    answer = browser(people.handler).post(reverse("handoff:offer", args=[waiting.pk]), values)
    assert answer.status_code == 409
    assert "A family asks for help." in answer.text
    assert "Has a conflict of interest in this case: Personal or family ties." in answer.text
    with pytest.raises(ConflictOfInterest):
        as_user(people.handler, offer_referral, by=people.handler, referral_id=waiting.pk, text="x")


def test_expiry_drafts_no_offer_to_a_partner_with_a_conflict(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = offered(people)
        case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
        note(people, case, people.other_partner)
    with time_machine.travel(FRIDAY + timedelta(days=6), tick=False):
        run_steps()
    with acting_as(people.handler, purpose="test"):
        assert list(Referral.objects.filter(case=case).values_list("state", flat=True)) == ["expired"]


@pytest.mark.parametrize("asks_first", [False, True])
def test_noting_a_conflict_withdraws_the_open_offer_and_pages_say_so(people: People, asks_first: bool) -> None:
    referral = offered(people)
    case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
    if asks_first:
        as_user(
            people.worker,
            ask_question,
            by=people.worker,
            message_id=new_id(),
            referral_id=referral.pk,
            text="?",
        )
    before = browser(people.handler).get(noting(case, people.partner)).text
    assert f"{referral.reference} is offered to this partner: the offer is withdrawn at once" in before
    assert f"Noted, and {referral.reference} to Example Partner is withdrawn." in post_note(people, case).text
    assert seen_by(people.handler, referral.pk).state == "withdrawn"
    inbox = browser(people.worker).get(reverse("handoff:partner_referral", args=[referral.pk])).text
    assert SUMMARY not in inbox
    with pytest.raises(Stale):
        as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)


def test_conflict_leaves_an_accepted_referral_and_both_pages_say_what_to_do(people: People) -> None:
    referral = accepted(people)
    case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
    answer = post_note(people, case)
    assert "has the case already" in answer.text
    shown = browser(people.handler).get(reverse("handoff:referral", args=[referral.pk])).text
    assert "Has a conflict of interest in this case: Employs somebody who is involved." in shown
    assert "Only the partner can give the case back" in shown
    as_user(people.worker, return_referral, by=people.worker, referral_id=referral.pk, text="an uncle")
    assert "conflict of interest in this case" in why_left_out(people, case)


def test_declining_with_a_conflict_notes_it_for_this_case(people: People) -> None:
    referral = offered(people)
    case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
    page_of_partner = reverse("handoff:decline", args=[referral.pk])
    for _twice in range(2):
        browser(people.worker).post(page_of_partner, {"decline-reason": "conflict", "decline-text": "a relative"})
    assert number_of_conflicts(people, case) == 1
    assert "Has a conflict of interest in this case, as it said when it declined." in why_left_out(people, case)
    assert f"/referrals/{referral.pk}/" in page(people, case).text
    again = browser(people.handler).post(reverse("handoff:draft_again", args=[referral.pk]), follow=True)
    assert "Nothing can be offered to Example Partner." in again.text
    take_back(people, case)
    assert draft(people, case).state == "draft"


@pytest.mark.parametrize("reason", [one for one in DeclineReason if one != DeclineReason.CONFLICT])
def test_declining_with_another_reason_notes_no_conflict(people: People, reason: DeclineReason) -> None:
    referral = offered(people)
    as_user(people.worker, decline_referral, by=people.worker, referral_id=referral.pk, reason=reason)
    with acting_as(people.coordinator, purpose="test"):
        assert not CaseConflict.objects.exists()


def test_conflict_posted_twice_is_noted_once_and_a_second_one_is_refused(people: People) -> None:
    case, key = make_case(people), new_id()
    for _twice in range(2):
        assert "Noted." in post_note(people, case, conflict_id=key).text
    assert number_of_conflicts(people, case) == 1
    answer = post_note(people, case, by=people.coordinator, reason="funds", text="kept when refused")
    assert answer.status_code == 409
    assert f"{people.handler.name} has noted a conflict of this partner already." in answer.text
    assert "kept when refused" in answer.text
    assert 'value="funds"' in answer.text
    with pytest.raises(NotedAlready):
        note(people, case)
    take_back(people, case)
    assert post_note(people, case, conflict_id=key).status_code == 409
    assert len(events(people, case)) == 2


def test_conflict_cannot_be_noted_or_ended_in_a_closed_case(people: People) -> None:
    case = make_case(people)
    note(people, case)
    conflict = standing(people, case)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    assert post_note(people, case).status_code == 409
    address = reverse("handoff:take_back_conflict", args=[case.pk, conflict.pk])
    assert browser(people.handler).post(address).status_code == 409
    assert events(people, case) == [f"case.conflict_noted by {people.handler.pk}"]


ABSURD: list[dict[str, Any]] = [
    {"reason": ""},
    {"reason": "declared"},
    {"reason": "TIES"},
    {"reason": "x" * 3000},
    {"text": "x" * 501},
    {"text": "a\x00b"},
    {"conflict_id": "1"},
    {"conflict_id": ""},
]


@pytest.mark.parametrize("values", ABSURD, ids=lambda values: next(iter(values.items()))[0] + repr(values)[:30])
def test_invalid_values_of_a_conflict_are_422_and_keep_the_input(people: People, values: dict[str, Any]) -> None:
    case = make_case(people)
    answer = post_note(people, case, **{"text": "typed with care", **values})
    assert answer.status_code == 422
    assert "Not noted." in answer.text
    assert ("typed with care" in answer.text) == ("text" not in values)
    assert number_of_conflicts(people, case) == 0


@pytest.mark.parametrize("text", ["", "<b>bold</b>", "😀" * 500, "=cmd()", "  spaces  ", "\u202eright to left"])
def test_text_of_a_conflict_is_shown_escaped(people: People, text: str) -> None:
    case = make_case(people)
    assert post_note(people, case, text=text).status_code == 200
    assert standing(people, case).text == text.strip()
    assert "<b>bold</b>" not in page(people, case).text


def test_unknown_case_partner_or_conflict_is_404(people: People) -> None:
    case, other = make_case(people), make_case(people)
    note(people, other)
    foreign = standing(people, other)
    client = browser(people.handler)
    for key in (people.centre.pk, people.body.pk, 0, 2**31, 2**63, 10**30):
        address = f"/cases/{case.pk}/partners/{key}/conflict/"
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    for conflict in (foreign.pk, uuid.uuid4()):
        assert client.post(reverse("handoff:take_back_conflict", args=[case.pk, conflict])).status_code == 404
    assert client.get(reverse("handoff:take_back_conflict", args=[other.pk, foreign.pk])).status_code == 405
    assert standing(people, other).pk == foreign.pk


def test_conflict_views_without_permission_are_404_and_recorded(people: People) -> None:
    case = make_case(people)
    note(people, case)
    row = standing(people, case)
    outsiders = [user for user in people.everybody if user not in (people.handler, people.coordinator)]
    for user in outsiders:
        client = browser(user)
        assert client.get(noting(case, people.other_partner)).status_code == 404
        assert client.post(noting(case, people.other_partner), {"reason": "ties"}).status_code == 404
        assert client.post(reverse("handoff:take_back_conflict", args=[case.pk, row.pk])).status_code == 404
        with acting_as(user, purpose="test"):
            assert CaseConflict.objects.count() == 0
            assert Look.objects.filter(actor=user, what="case.write.denied").exists()
    assert number_of_conflicts(people, case) == 1
    assert standing(people, case).pk == row.pk


def test_partner_reads_no_conflicts_and_can_only_declare_its_own(people: People) -> None:
    referral = offered(people)
    case_id, key = referral.case_id, referral.data_key_id
    note(people, as_user(people.handler, Case.objects.get, pk=case_id), people.other_partner)
    centre_row = {"case_id": case_id, "data_key_id": key, "noted_by": people.worker}
    attempts: list[dict[str, Any]] = [
        {**centre_row, "organisation": people.partner, "reason": "ties"},
        {**centre_row, "organisation": people.other_partner, "reason": "ties"},
        {**centre_row, "organisation": people.other_partner, "declared_in": referral},
        {**centre_row, "organisation": people.partner, "declared_in": referral, "noted_by": people.handler},
    ]
    for values in attempts:
        with pytest.raises(DatabaseError), acting_as(people.worker, purpose="test"):
            CaseConflict(**values).save(force_insert=True)
    as_user(people.worker, decline_referral, by=people.worker, referral_id=referral.pk, reason=DeclineReason.CONFLICT)
    with acting_as(people.worker, purpose="test"):
        assert CaseConflict.objects.count() == 0
        assert {event.actor_id for event in Event.objects.filter(kind__startswith="case.")} == {people.worker.pk}
    with pytest.raises(DatabaseError), acting_as(people.worker, purpose="test"):  # the offer has ended
        CaseConflict(**centre_row, organisation=people.partner, declared_in=referral).save(force_insert=True)


FIXED = ["reason = 'funds'", "text = null", "noted_at = now()", "organisation_id = organisation_id", "id = id"]


@pytest.mark.parametrize("change", [*FIXED, "ended_at = now()"])
def test_database_refuses_changes_of_a_noted_conflict(people: People, change: str) -> None:
    case = make_case(people)
    note(people, case)
    with pytest.raises(DatabaseError), acting_as(people.coordinator, purpose="test"), connection.cursor() as cursor:
        cursor.execute(f"update handoff_caseconflict set {change}")
    with pytest.raises(DatabaseError), acting_as(people.coordinator, purpose="test"), connection.cursor() as cursor:
        cursor.execute("delete from handoff_caseconflict")
    take_back(people, case)
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        cursor.execute("update handoff_caseconflict set ended_at = null, ended_by_id = null")
        assert cursor.rowcount == 0


BROKEN = [
    ({"reason": ""}, "case_conflict_reason_or_declared"),
    ({"reason": "declared"}, "case_conflict_reason_or_declared"),
    ({"noted_at": "1900-01-01T00:00Z"}, "case_conflict_moments"),
    ({"noted_at": "2100-01-01T00:00Z"}, "case_conflict_moments"),
    ({"ended_at": "2026-01-01T00:00Z"}, "row-level security"),
]


@pytest.mark.parametrize(("values", "refusal"), BROKEN, ids=repr)
def test_database_refuses_inconsistent_conflict_rows(people: People, values: dict[str, Any], refusal: str) -> None:
    case = make_case(people)
    row = {"organisation": people.partner, "data_key_id": case.data_key_id, "noted_by": people.handler, "case": case}
    with pytest.raises(DatabaseError, match=refusal), acting_as(people.handler, purpose="test"):
        CaseConflict(**{**row, "reason": "ties", **values}).save(force_insert=True)
    note(people, case)
    with (
        pytest.raises(IntegrityError, match="one_standing_conflict"),
        acting_as(people.handler, purpose="test"),
    ):
        CaseConflict(**row, reason="other").save(force_insert=True)


def test_conflict_of_a_partner_outside_the_ranking_can_be_ended(people: People) -> None:
    case = make_case(people)
    note(people, case)
    change(Organisation.objects.filter(pk=people.partner.pk), is_active=False)
    assert "conflict of interest in this case" in why_left_out(people, case)
    assert "Take back" in page(people, case).text


def test_short_list_beside_the_contact_excludes_a_partner_with_a_conflict(people: People) -> None:
    case = make_case(people)
    contact_id = case.assessment.contact_id
    address = reverse("handoff:partners_for_contact", args=[contact_id])
    assert people.partner.name in browser(people.handler).get(address).text
    note(people, case)
    assert people.partner.name not in browser(people.handler).get(address).text


def test_concurrent_offer_and_conflict_leave_no_open_offer(own_database: OwnDatabase) -> None:
    people = ready()
    for _round in range(4):
        referral = draft(people, make_case(people))
        case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
        barrier = threading.Barrier(2)

        def send(referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            offer(people, referral)

        def mark(case: Case = case, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            note(people, case, by=people.coordinator)

        failures = in_threads(send, mark)
        assert {type(failure) for failure in failures} <= {Stale, ConflictOfInterest, AlreadyOffered}
        assert seen_by(people.coordinator, referral.pk).state == "withdrawn"


def test_concurrent_acceptance_and_conflict_have_one_consistent_result(own_database: OwnDatabase) -> None:
    people = ready()
    for _round in range(4):
        referral = offered(people)
        case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
        barrier = threading.Barrier(2)

        def accept(referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)

        def mark(case: Case = case, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            note(people, case, by=people.coordinator)

        failures = in_threads(accept, mark)
        state = seen_by(people.coordinator, referral.pk).state
        assert (state, [type(failure) for failure in failures]) in [("accepted", []), ("withdrawn", [Stale])]
        assert number_of_conflicts(people, case) == 1
