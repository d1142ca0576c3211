"""Actions on cases: repeated, stale, allowed and not allowed. Runs as the web's database role."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, WEAK, filled, make_contact
from case_rows import assessed, current, give, give_to_partner, make_case, read
from cluster import OwnDatabase
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user, make_people, new_id

from casework.cases import actions
from casework.cases.models import Case, CaseContact, Note, Responsibility
from casework.cases.opening import OPENS_CASE, opens_case
from casework.cases.permissions import case_to_read
from casework.cases.vocabulary import CloseReason, ReopenCause
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from hotline.contacts.models import Contact
from triage import actions as triage
from triage.models import Assessment
from triage.vocabulary import SECURING_DUTIES, Disposition, Duty, Urgency

ADVICE = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


def do(user: User, action: Callable[..., Any], **arguments: Any) -> Any:
    return as_user(user, action, by=user, **arguments)


def end(user: User, draft: Assessment, choice: triage.Choice | None = None) -> actions.TriageResult:
    """Complete the triage and open its case, as one request does."""
    with acting_as(user, purpose="test"):
        done = triage.complete(by=user, assessment_id=draft.pk, version=draft.version, choice=choice)
        return actions.follow_triage(by=user, assessment=done)


def look_at(user: User, case: Case) -> None:
    with acting_as(user, purpose="test"):
        case_to_read(user, case.pk)


def kinds(user: User, case: Case) -> list[str]:
    with acting_as(user, purpose="test"):
        return list(Event.objects.filter(case=case.pk).order_by("id").values_list("kind", flat=True))


# ---- Opening -------------------------------------------------------------------------------------------------------


def test_a_case_takes_over_what_was_decided_and_its_handler_is_responsible(people: People) -> None:
    case = make_case(people.handler, label="Adult son, new circle of friends")
    found, responsibility = read(people.handler, case), current(case, people.handler)
    assert (found.disposition, found.urgency, found.state) == ("referral", "standard", "open")
    assert (found.label, found.contact_person, found.centre) == (case.label, people.handler, people.centre)
    assert (responsibility.user, responsibility.organisation) == (people.handler, people.centre)
    assert kinds(people.handler, case) == ["case.opened"]


def test_opening_twice_gives_one_case(people: People) -> None:
    assessment = assessed(people.handler, make_contact(people.handler))
    first = do(people.handler, actions.open_case, assessment=assessment)
    second = do(people.handler, actions.open_case, assessment=assessment)
    assert first == second
    assert kinds(people.handler, first) == ["case.opened"]


def test_advice_opens_no_case(people: People) -> None:
    draft = filled(people, REFERRAL)
    outcome = end(people.handler, draft, ADVICE)
    assert (outcome.case, outcome.elsewhere) == (None, False)
    with pytest.raises(NotAllowed):
        do(people.handler, actions.open_case, assessment=outcome.assessment)


def test_a_draft_opens_no_case(people: People) -> None:
    with pytest.raises(NotAllowed):
        do(people.handler, actions.open_case, assessment=filled(people, REFERRAL))


@given(st.sampled_from(Disposition), st.sets(st.sampled_from(Duty)))
def test_dispositions_with_work_and_standing_cases_open_a_case(disposition: Disposition, duties: set[Duty]) -> None:
    assessment = Assessment(disposition=disposition, duties=[str(duty) for duty in duties])
    leads_there = SECURING_DUTIES | {Duty.INDIVIDUAL_CASE}
    assert opens_case(assessment) is (disposition in OPENS_CASE or bool(leads_there & duties))


def test_completing_a_triage_opens_its_case_at_once(people: People) -> None:
    draft = filled(people, REFERRAL)
    outcome = end(people.handler, draft)
    assert outcome.case is not None
    assert outcome.case.assessment_id == outcome.assessment.pk
    assert end(people.handler, draft).case == outcome.case


def test_a_triage_that_waits_for_the_second_person_opens_its_case_with_the_confirmation(people: People) -> None:
    draft = filled(people, SECURITY)
    drop = triage.Choice(Disposition.REFERRAL, Urgency.STANDARD, frozenset(), "It was a joke among friends.")
    waiting = end(people.handler, draft, drop)
    assert (waiting.case, waiting.assessment.is_waiting) == (None, True)
    version = waiting.assessment.version
    confirmed = do(people.coordinator, triage.confirm, assessment_id=draft.pk, version=version)
    done = do(people.coordinator, actions.follow_triage, assessment=confirmed)
    assert (done.case.contact_person, done.case.opened_by) == (people.handler, people.coordinator)
    assert current(done.case, people.handler).user == people.handler


def test_verify_first_opens_a_case(people: People) -> None:
    assert make_case(people.handler, WEAK).disposition == "verify_first"


def test_a_newer_triage_moves_its_case_and_an_older_one_does_not_move_it_back(people: People) -> None:
    case = make_case(people.handler)
    with acting_as(people.handler, purpose="test"):
        old = case.assessment
        contact = old.contact
    draft = do(people.handler, triage.supersede, assessment_id=old.pk)
    draft = do(
        people.handler,
        triage.answer,
        assessment_id=draft.pk,
        question_id="self_harm",
        answer="acute",
        version=draft.version,
    )
    outcome = end(people.handler, draft)
    assert outcome.case == case
    assert read(people.handler, case).urgency == "urgent"
    second = make_contact(people.handler)
    do(people.handler, actions.link_contact, case_id=case.pk, contact=second)
    newest = assessed(people.handler, second, WEAK)
    do(people.handler, actions.open_case, assessment=newest)
    do(people.handler, actions.open_case, assessment=outcome.assessment)
    assert read(people.handler, case).assessment_id == newest.pk
    assert kinds(people.handler, case) == ["case.opened", "case.reassessed", "case.contact_linked", "case.reassessed"]
    assert contact.pk != second.pk


def test_a_new_triage_opens_a_closed_case_again(people: People) -> None:
    case = make_case(people.handler)
    do(people.handler, actions.mark_closed, case_id=case.pk, reason="goals_met")
    with acting_as(people.handler, purpose="test"):
        old = case.assessment
    draft = do(people.handler, triage.supersede, assessment_id=old.pk)
    end(people.handler, draft)
    assert read(people.handler, case).state == "open"
    assert kinds(people.handler, case)[-2:] == ["case.reassessed", "case.reopened"]


def test_triage_of_a_contact_in_a_colleagues_case_is_completed_and_shown_there(people: People) -> None:
    case = make_case(people.colleague)
    contact = make_contact(people.handler)
    do(people.coordinator, actions.link_contact, case_id=case.pk, contact=contact)
    draft = assessed_draft(people.handler, contact)
    outcome = end(people.handler, draft)
    assert (outcome.case, outcome.elsewhere, outcome.assessment.state) == (None, True, "completed")
    assert kinds(people.colleague, case) == ["case.opened", "case.contact_linked", "case.reassessment_due"]
    with pytest.raises(NotAllowed):
        do(people.handler, actions.open_case, assessment=outcome.assessment)


def assessed_draft(user: User, contact: Contact) -> Assessment:
    draft = do(user, triage.start, contact_id=contact.pk)
    for question, answer in REFERRAL.items():
        draft = do(
            user, triage.answer, assessment_id=draft.pk, question_id=question, answer=answer, version=draft.version
        )
    assert isinstance(draft, Assessment)
    return draft


def test_handler_who_takes_a_forgotten_contact_becomes_the_contact_person(people: People) -> None:
    contact = make_contact(people.handler)
    with acting_as(people.coordinator, purpose="test"):
        Contact.objects.filter(pk=contact.pk).update(surfaced_at=contact.started_at)
    case = do(people.colleague, actions.open_case, assessment=assessed(people.colleague, contact))
    assert (case.contact_person, current(case, people.colleague).user) == (people.colleague, people.colleague)


# ---- Responsibility ------------------------------------------------------------------------------------------------


def test_responsibility_moves_and_the_earlier_one_stays_on_record(people: People) -> None:
    case = make_case(people.handler)
    give(people, case, people.colleague)
    with acting_as(people.coordinator, purpose="test"):
        rows = list(Responsibility.objects.filter(case=case).order_by("since").values_list("user_id", "given_by_id"))
        ended = Responsibility.objects.filter(case=case, until=None).count()
    assert rows == [(people.handler.pk, people.handler.pk), (people.colleague.pk, people.coordinator.pk)]
    assert ended == 1
    assert kinds(people.colleague, case) == ["case.opened", "case.assigned"]


def test_whoever_is_responsible_reads_what_the_caller_said_to_a_colleague(people: People) -> None:
    case = make_case(people.handler, notes="He does not come home any more.")
    with acting_as(people.colleague, purpose="test"):
        assert list(Contact.objects.all()) == []
    give(people, case, people.colleague)
    with acting_as(people.colleague, purpose="test"):
        assert [contact.notes for contact in Contact.objects.all()] == ["He does not come home any more."]
        assert [assessment.pk for assessment in Assessment.objects.all()] == [case.assessment_id]


def test_assigning_twice_has_one_effect(people: People) -> None:
    case = make_case(people.handler)
    seen = current(case, people.coordinator).pk
    for _time in range(2):
        do(people.coordinator, actions.assign_case, case_id=case.pk, to=people.colleague, seen=seen)
    assert kinds(people.coordinator, case) == ["case.opened", "case.assigned"]


def test_outdated_assignment_raises_stale(people: People) -> None:
    case = make_case(people.handler)
    seen = current(case, people.coordinator).pk
    give(people, case, people.colleague)
    with pytest.raises(Stale) as told:
        do(people.coordinator, actions.assign_case, case_id=case.pk, to=people.coordinator, seen=seen)
    assert [event.kind for event in told.value.events] == ["case.assigned", "case.opened"]


@pytest.mark.parametrize("to", ["worker", "other_handler", "administrator", "dpo"])
def test_only_people_who_work_on_cases_of_the_centre_become_responsible(people: People, to: str) -> None:
    case = make_case(people.handler)
    seen = current(case, people.coordinator).pk
    with pytest.raises(NotAllowed):
        do(people.coordinator, actions.assign_case, case_id=case.pk, to=getattr(people, to), seen=seen)


def test_handler_cannot_assign_but_may_release_the_case(people: People) -> None:
    case = make_case(people.handler)
    seen = current(case, people.handler).pk
    with pytest.raises(NotAllowed):
        do(people.handler, actions.assign_case, case_id=case.pk, to=people.colleague, seen=seen)
    do(people.handler, actions.assign_case, case_id=case.pk, to=None, seen=seen)
    assert current(case, people.colleague).user is None
    assert kinds(people.colleague, case) == ["case.opened", "case.released"]


def test_a_case_that_nobody_has_is_taken_once(people: People) -> None:
    case = make_case(people.handler)
    give(people, case, None)
    for _time in range(2):
        do(people.colleague, actions.take_case, case_id=case.pk)
    assert current(case, people.colleague).user == people.colleague
    assert kinds(people.colleague, case) == ["case.opened", "case.released", "case.taken"]


def test_late_take_raises_stale_only_for_people_who_could_see_the_case(people: People) -> None:
    case = make_case(people.coordinator)
    give(people, case, None)
    look_at(people.colleague, case)
    do(people.handler, actions.take_case, case_id=case.pk)
    with pytest.raises(Stale):
        do(people.colleague, actions.take_case, case_id=case.pk)
    with pytest.raises(NotAllowed):
        do(people.other_handler, actions.take_case, case_id=case.pk)


def test_case_with_a_responsible_person_cannot_be_taken(people: People) -> None:
    case = make_case(people.handler)
    with pytest.raises(Stale):
        do(people.coordinator, actions.take_case, case_id=case.pk)


def test_two_concurrent_takes_of_a_case_leave_one(own_database: OwnDatabase) -> None:
    people = make_people()
    case = make_case(people.coordinator)
    give(people, case, None)
    for person in (people.handler, people.colleague):
        look_at(person, case)
    together, ends = threading.Barrier(2), []

    def take(person: User) -> None:
        try:
            together.wait()
            do(person, actions.take_case, case_id=case.pk)
            ends.append("taken")
        except Stale:
            ends.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[person]) for person in (people.handler, people.colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["taken", "told"]
    assert kinds(people.coordinator, case) == ["case.opened", "case.released", "case.taken"]


def test_the_case_of_a_partner_is_neither_assigned_nor_closed(people: People) -> None:
    case = make_case(people.handler)
    give_to_partner(people, case)
    seen = current(case, people.coordinator).pk
    with pytest.raises(Stale):
        do(people.coordinator, actions.assign_case, case_id=case.pk, to=people.colleague, seen=seen)
    with pytest.raises(Stale):
        do(people.coordinator, actions.mark_closed, case_id=case.pk, reason="goals_met")


# ---- Contacts, notes, title, end -----------------------------------------------------------------------------------


def test_a_contact_is_linked_once_and_to_one_case_only(people: People) -> None:
    case, other = make_case(people.handler), make_case(people.handler)
    contact = make_contact(people.handler)
    for _time in range(2):
        do(people.handler, actions.link_contact, case_id=case.pk, contact=contact)
    with pytest.raises(Stale):
        do(people.handler, actions.link_contact, case_id=other.pk, contact=contact)
    with acting_as(people.handler, purpose="test"):
        assert CaseContact.objects.filter(case=case).count() == 2
    assert kinds(people.handler, case) == ["case.opened", "case.contact_linked"]


def test_a_colleagues_contact_is_not_linked(people: People) -> None:
    case, contact = make_case(people.handler), make_contact(people.colleague)
    with pytest.raises(NotAllowed):
        do(people.handler, actions.link_contact, case_id=case.pk, contact=contact)


def test_note_is_written_once_and_encrypted(people: People) -> None:
    case, note_id = make_case(people.handler), new_id()
    for _time in range(2):
        do(people.handler, actions.add_note, case_id=case.pk, note_id=note_id, text="The mother calls on Friday.")
    with acting_as(people.handler, purpose="test"):
        assert [note.text for note in Note.objects.filter(case=case)] == ["The mother calls on Friday."]
        with connection.cursor() as cursor:
            cursor.execute("select text from cases_note where id = %s", [note_id])
            stored = cursor.fetchone()[0]
    assert b"Friday" not in bytes(stored)
    assert kinds(people.handler, case) == ["case.opened", "case.note_added"]


def test_outdated_title_raises_stale(people: People) -> None:
    case = make_case(people.handler)
    do(people.handler, actions.rename_case, case_id=case.pk, version=1, label="First")
    with pytest.raises(Stale):
        do(people.coordinator, actions.rename_case, case_id=case.pk, version=1, label="Second")
    do(people.coordinator, actions.rename_case, case_id=case.pk, version=1, label="First")
    assert read(people.handler, case).label == "First"
    assert kinds(people.handler, case) == ["case.opened", "case.renamed"]


def test_closing_and_opening_again_have_one_effect_each(people: People) -> None:
    case = make_case(people.handler)
    for _time in range(2):
        do(people.handler, actions.mark_closed, case_id=case.pk, reason=CloseReason.MOVED)
    assert read(people.handler, case).close_reason == CloseReason.MOVED
    for _time in range(2):
        do(people.handler, actions.reopen_case, case_id=case.pk, cause=ReopenCause.ASKED)
    found = read(people.handler, case)
    assert (found.state, found.closed_at, found.closed_by, found.close_reason) == ("open", None, None, "")
    assert kinds(people.handler, case) == ["case.opened", "case.closed", "case.reopened"]


@pytest.mark.parametrize("who", ["colleague", "other_handler", "other_coordinator", "worker", "administrator", "dpo"])
def test_people_without_permission_cannot_change_a_case(people: People, who: str) -> None:
    case, user = make_case(people.handler), getattr(people, who)
    steps: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (actions.add_note, {"note_id": new_id(), "text": "…"}),
        (actions.rename_case, {"version": 1, "label": "…"}),
        (actions.mark_closed, {"reason": "moved"}),
        (actions.reopen_case, {"cause": "asked"}),
        (actions.take_case, {}),
        (actions.assign_case, {"to": user, "seen": new_id()}),
    ]
    for action, arguments in steps:
        with pytest.raises(NotAllowed):
            do(user, action, case_id=case.pk, **arguments)
    assert kinds(people.handler, case) == ["case.opened"]


def test_only_the_trigger_changes_who_is_responsible(people: People) -> None:
    case = make_case(people.handler)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting_as(people.coordinator, purpose="test"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=case.pk).update(responsible_user=people.colleague)
    give(people, case, None)
    released = read(people.colleague, case)
    assert (released.responsible_user_id, released.is_nobodys) == (None, True)
