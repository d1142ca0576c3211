"""A duty of security or child protection stays open until a coordinator releases it with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, answer, complete, fill, make_contact, start
from case_rows import assessed, give, make_case, read
from django.db import DatabaseError
from django.urls import reverse
from people import People, as_user
from web import browser

from casework.cases import actions
from casework.cases.models import Case
from casework.cases.open_duties import OpenDuties, open_duties
from casework.cases.worklist import triage_without_case
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case
from hotline.contacts.actions import assign_contact, take_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.endings import carry_out_ending, plan_ending, undo_ending
from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import Kind
from triage import actions as triage
from triage.models import Assessment
from triage.states import AssessmentState
from triage.vocabulary import Disposition, Duty, Urgency

HARMLESS: dict[str, Any] = {"security_signal": "none", "child_welfare_risk": "no", "self_harm": "no"}
RAISED: list[tuple[dict[str, Any], Duty]] = [
    ({"security_signal": "concrete"}, Duty.SECURITY_INFORMATION),
    ({"security_signal": "imminent"}, Duty.EMERGENCY),
    ({"security_signal": "possible"}, Duty.CLARIFY_SECURITY),
    ({"security_signal": "concrete", "source_reliability": "f"}, Duty.CLARIFY_SECURITY),
    ({"self_harm": "acute"}, Duty.EMERGENCY),
    ({"child_welfare_risk": "serious", "age_band": "14_17"}, Duty.CHILD_PROTECTION),
    ({"child_welfare_risk": "possible", "age_band": "under_14"}, Duty.CHILD_PROTECTION),
    ({"child_welfare_risk": "acute", "age_band": "14_17"}, Duty.EMERGENCY),
]
REASON = "The plan was a line of a song; the school has confirmed it."


def again(user: User, old: Any, answers: dict[str, Any] | None = None) -> Assessment:
    """A new draft of the assessment with these answers instead."""
    draft: Assessment = as_user(user, triage.supersede, by=user, assessment_id=getattr(old, "assessment_id", old.pk))
    for question, given in (HARMLESS if answers is None else answers).items():
        draft = answer(user, draft, question, given, draft.version)
    return draft


def open_now(people: People, case: Case) -> set[Duty]:
    return set(as_user(people.coordinator, open_duties, case=case))


def refused_to_close(user: User, case: Case) -> bool:
    try:
        as_user(user, close_case, by=user, case_id=case.pk, reason="goals_met")
    except OpenDuties:
        return True
    return False


def without_duties(disposition: Disposition = Disposition.CENTRAL_CASE, reason: str = REASON) -> triage.Choice:
    return triage.Choice(disposition, Urgency.STANDARD, frozenset(), reason)


def confirm(user: User, waiting: Assessment) -> Assessment:
    done: Assessment = as_user(user, triage.confirm, by=user, assessment_id=waiting.pk, version=waiting.version)
    return done


def send_back(user: User, waiting: Assessment) -> Assessment:
    values = {"assessment_id": waiting.pk, "version": waiting.version, "note": "Ask again"}
    back: Assessment = as_user(user, triage.send_back, by=user, **values)
    return back


# ---- A new triage ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answers", "duty"), RAISED)
def test_new_triage_with_other_answers_keeps_the_duty(people: People, answers: dict[str, Any], duty: Duty) -> None:
    case = make_case(people.handler, {**REFERRAL, **answers})
    before = open_now(people, case)
    assert duty in before
    done = complete(people.handler, again(people.handler, case))
    assert done.state == AssessmentState.COMPLETED
    assert before <= open_now(people, case)
    assert refused_to_close(people.handler, case)


def test_several_new_triages_keep_and_add_duties(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    last: Any = case
    for answers in (HARMLESS, {"child_welfare_risk": "serious"}, HARMLESS, {}):
        last = complete(people.handler, again(people.handler, last, answers))
    assert {Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION} <= open_now(people, case)


def test_answers_taken_back_keep_the_duty(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    complete(people.handler, again(people.handler, case, {"security_signal": ""}), without_kept(people, case))
    assert Duty.SECURITY_INFORMATION in open_now(people, case)


def without_kept(people: People, case: Case) -> triage.Choice:
    return triage.Choice(Disposition.CENTRAL_CASE, Urgency.STANDARD, frozenset(open_now(people, case)), REASON)


def test_new_triage_releases_only_with_a_reason_and_a_coordinator(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    draft = again(people.handler, case)
    with pytest.raises(triage.ChoiceError):
        complete(people.handler, draft, without_duties(reason=" "))
    waiting = complete(people.handler, draft, without_duties())
    assert waiting.state == AssessmentState.WAITING_CONFIRMATION
    assert Duty.SECURITY_INFORMATION.value in waiting.second_person_for
    assert Duty.SECURITY_INFORMATION in open_now(people, case)
    assert refused_to_close(people.handler, case)
    for who in (people.handler, people.colleague, people.other_coordinator, people.administrator, people.dpo):
        with pytest.raises(NotAllowed):
            confirm(who, waiting)
    confirm(people.coordinator, waiting)
    confirm(people.coordinator, waiting)
    assert open_now(people, case) == set()
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")


def test_released_duty_comes_back_with_new_answers(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    released = confirm(people.coordinator, complete(people.handler, again(people.handler, case), without_duties()))
    complete(people.handler, again(people.handler, released, {"security_signal": "concrete"}))
    assert Duty.SECURITY_INFORMATION in open_now(people, case)


def test_coordinator_alone_does_not_release_what_they_propose(people: People) -> None:
    case = make_case(people.coordinator, SECURITY)
    waiting = complete(people.coordinator, again(people.coordinator, case), without_duties())
    assert waiting.state == AssessmentState.WAITING_CONFIRMATION
    with pytest.raises(NotAllowed):
        confirm(people.coordinator, waiting)


@pytest.mark.parametrize("kept", [Duty.SECURITY_INFORMATION, Duty.CLARIFY_SECURITY])
def test_dropping_some_duties_needs_a_coordinator_as_for_all(people: People, kept: Duty) -> None:
    case = make_case(people.handler, SECURITY)
    choice = triage.Choice(Disposition.CENTRAL_CASE, Urgency.STANDARD, frozenset({kept}), REASON)
    assert complete(people.handler, again(people.handler, case), choice).state == AssessmentState.WAITING_CONFIRMATION


def test_stale_draft_and_repeat_change_nothing(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    draft = again(people.handler, case)
    draft.version -= 1
    with pytest.raises(Stale):
        complete(people.handler, draft)
    draft.version += 1
    first = complete(people.handler, draft)
    assert complete(people.handler, draft).version == first.version
    assert Duty.SECURITY_INFORMATION in open_now(people, case)


# ---- Raised by hand, sent back, discarded ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "duty"),
    [
        (Disposition.SECURITY, Duty.SECURITY_INFORMATION),
        (Disposition.CHILD_PROTECTION, Duty.CHILD_PROTECTION),
        (Disposition.EMERGENCY, Duty.EMERGENCY),
    ],
)
def test_disposition_above_the_proposal_raises_its_duty(people: People, disposition: Disposition, duty: Duty) -> None:
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), REFERRAL)
    done = complete(people.handler, draft, without_duties(disposition))
    assert (done.state, done.duties) == (AssessmentState.COMPLETED, [duty.value])
    draft.version = done.version
    assert complete(people.handler, draft, without_duties(disposition)).version == done.version
    case = as_user(people.handler, actions.open_case, by=people.handler, assessment=done)
    complete(people.handler, again(people.handler, case))
    assert open_now(people, case) == {duty}


def test_duty_added_by_hand_stays_after_a_new_triage(people: People) -> None:
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), REFERRAL)
    by_hand = triage.Choice(Disposition.REFERRAL, Urgency.STANDARD, frozenset({Duty.CHILD_PROTECTION}), "A brother")
    case = as_user(
        people.handler, actions.open_case, by=people.handler, assessment=complete(people.handler, draft, by_hand)
    )
    complete(people.handler, again(people.handler, case))
    assert open_now(people, case) == {Duty.CHILD_PROTECTION}


def test_sent_back_and_answered_otherwise_keeps_the_duty(people: People) -> None:
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), SECURITY)
    added = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset({Duty.CHILD_PROTECTION}), REASON)
    back = send_back(people.coordinator, complete(people.handler, draft, added))
    for question, given in HARMLESS.items():
        back = answer(people.handler, back, question, given, back.version)
    done = complete(people.handler, back)
    assert done.state == AssessmentState.COMPLETED
    assert {"security_information", "child_protection", "clarify_security"} <= set(done.duties)


def test_new_triage_that_is_discarded_or_sent_back_leaves_the_earlier_in_force(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    draft = again(people.handler, case)
    as_user(people.handler, triage.discard, by=people.handler, assessment_id=draft.pk, version=draft.version)
    assert Duty.SECURITY_INFORMATION in open_now(people, case)
    back = send_back(people.coordinator, complete(people.handler, again(people.handler, case), without_duties()))
    complete(people.handler, back)
    assert Duty.SECURITY_INFORMATION in open_now(people, case)


def test_wrong_answer_in_a_first_draft_can_be_corrected_by_the_handler(people: People) -> None:
    """Nothing was decided yet, so correcting a wrong answer is not a release."""
    draft = fill(people.handler, start(people.handler, make_contact(people.handler)), SECURITY)
    draft = answer(people.handler, draft, "security_signal", "none", draft.version)
    assert complete(people.handler, draft).duties == []


# ---- The database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"duties": []}, {"duties": ["clarify_security"]}, {"duties": ["verify_source"]}])
def test_database_keeps_the_duties_of_a_draft(people: People, change: dict[str, Any]) -> None:
    draft = again(people.handler, make_case(people.handler, SECURITY))
    with pytest.raises(DatabaseError, match="released by a coordinator"), acting_as(people.handler, purpose="test"):
        Assessment.objects.filter(pk=draft.pk).update(**change)


def test_database_lets_no_handler_complete_without_them(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    waiting = complete(people.handler, again(people.handler, case), without_duties())
    ended = {"state": "completed", "second_person_for": []}
    with pytest.raises(DatabaseError, match="released by a coordinator"), acting_as(people.handler, purpose="test"):
        Assessment.objects.filter(pk=case.assessment_id).update(state="superseded")
        Assessment.objects.filter(pk=waiting.pk).update(**ended)


def test_database_takes_no_new_draft_without_them(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    with acting_as(people.handler, purpose="test"):
        old = Assessment.objects.get(pk=case.assessment_id)
    copied = {"contact_id": old.contact_id, "centre_id": old.centre_id, "data_key_id": old.data_key_id}
    copied |= {"checklist_id": old.checklist_id, "checklist_version": 1, "checklist_digest": old.checklist_digest}
    with pytest.raises(DatabaseError, match="released by a coordinator"), acting_as(people.handler, purpose="test"):
        Assessment(created_by=people.handler, supersedes=old, **copied).save(force_insert=True)


# ---- Other events of the case ------------------------------------------------------------------------------------


def _hand_on(people: People, case: Case) -> None:
    give(people, case, people.colleague)
    assert refused_to_close(people.colleague, case)


def _give_back(people: People, case: Case) -> None:
    give(people, case, None)
    as_user(people.colleague, actions.take_case, by=people.colleague, case_id=case.pk)
    assert refused_to_close(people.colleague, case)


def _end_contact(people: People, case: Case) -> None:
    contact = contact_of(people, case)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact.pk, kind=Kind.PRANK)


def _end_and_undo(people: People, case: Case) -> None:
    contact = contact_of(people, case)
    as_user(people.handler, plan_ending, by=people.handler, contact_id=contact.pk, kind=Kind.SILENT)
    as_user(people.handler, undo_ending, by=people.handler, contact_id=contact.pk)
    planned = as_user(people.handler, plan_ending, by=people.handler, contact_id=contact.pk, kind=Kind.PRANK)
    as_user(people.handler, carry_out_ending, by=people.handler, contact_id=contact.pk, now=planned.ends_at)


def _other_handler_of_the_contact(people: People, case: Case) -> None:
    contact = contact_of(people, case)
    to = people.colleague
    as_user(people.coordinator, assign_contact, by=people.coordinator, contact_id=contact.pk, to=to)
    as_user(to, take_contact, by=to, contact_id=contact.pk)
    complete(to, again(to, case))


def _second_contact(people: People, case: Case) -> None:
    other = make_contact(people.handler)
    assessed(people.handler, other, REFERRAL)
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)


def _repeat_of_opening(people: People, case: Case) -> None:
    with acting_as(people.handler, purpose="test"):
        old = Assessment.objects.get(pk=case.assessment_id)
    complete(people.handler, again(people.handler, case))
    as_user(people.handler, actions.open_case, by=people.handler, assessment=read_again(people, old))


def read_again(people: People, assessment: Assessment) -> Assessment:
    with acting_as(people.handler, purpose="test"):
        return Assessment.objects.get(contact=assessment.contact_id, state=AssessmentState.COMPLETED)


def contact_of(people: People, case: Case) -> Contact:
    with acting_as(people.coordinator, purpose="test"):
        return Contact.objects.get(pk=Assessment.objects.get(pk=case.assessment_id).contact_id)


WAYS: list[Callable[[People, Case], None]] = [
    _hand_on,
    _give_back,
    _end_contact,
    _end_and_undo,
    _other_handler_of_the_contact,
    _second_contact,
    _repeat_of_opening,
]


@pytest.mark.parametrize("way", WAYS)
def test_duty_stays_open_after_other_events(people: People, way: Callable[[People, Case], None]) -> None:
    case = make_case(people.handler, SECURITY)
    way(people, case)
    assert Duty.SECURITY_INFORMATION in open_now(people, case)
    assert refused_to_close(people.handler, case) or read(people.coordinator, case).contact_person != people.handler


# ---- Closed cases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answers", "state"), [(SECURITY, "open"), (REFERRAL, "closed")])
def test_contact_with_a_duty_opens_a_closed_case_again(people: People, answers: dict[str, Any], state: str) -> None:
    case = make_case(people.handler)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    other = make_contact(people.handler)
    assessed(people.handler, other, answers)
    for _twice in range(2):
        as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)
    assert read(people.coordinator, case).state == state


def test_triage_of_a_colleagues_closed_case_is_on_the_coordinators_list(people: People) -> None:
    case = make_case(people.handler)
    other = make_contact(people.handler)
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    as_user(people.coordinator, assign_contact, by=people.coordinator, contact_id=other.pk, to=people.colleague)
    done = assessed(people.colleague, other, SECURITY)
    outcome = as_user(people.colleague, actions.follow_triage, by=people.colleague, assessment=done)
    assert outcome.elsewhere
    for who, found in ((people.coordinator, [done.pk]), (people.colleague, []), (people.other_coordinator, [])):
        with acting_as(who, purpose="test"):
            assert [one.pk for one in triage_without_case(who)] == found
    client = browser(people.coordinator)
    assert "Completed triage without an open case" in client.get(reverse("cases:list")).content.decode()
    for _twice in range(2):
        assert client.post(reverse("cases:open", args=[done.pk])).status_code == 302
    assert read(people.coordinator, case).state == "open"
    with acting_as(people.coordinator, purpose="test"):
        assert triage_without_case(people.coordinator) == []


# ---- The screen -----------------------------------------------------------------------------------------------------


def test_screen_names_the_standing_duty_and_asks_a_coordinator_to_release_it(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    draft, client = again(people.handler, case), browser(people.handler)
    page = client.get(reverse("triage:panel", args=[draft.contact_id])).content.decode()
    assert "Stays from an earlier decision" in page
    finish = client.get(reverse("triage:finish", args=[draft.contact_id]))
    assert Duty.SECURITY_INFORMATION.value in finish.context["form"].initial["duties"]
    data = {"assessment": draft.pk, "version": draft.version, "disposition": "central_case", "urgency": "standard"}
    address = reverse("cases:complete_triage", args=[draft.contact_id])
    assert client.post(address, data).status_code == 422
    assert browser(people.colleague).post(address, {**data, "reason": REASON}).status_code == 404
    assert client.post(address, {**data, "reason": REASON}).status_code < 400
    to_confirm = browser(people.coordinator).get(reverse("triage:confirmation", args=[draft.pk])).content.decode()
    assert str(Duty.SECURITY_INFORMATION.label) in to_confirm
    assert REASON in to_confirm
