"""A case is not closed while a protected duty is open, whoever closes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, answer, complete, fill, make_contact, start
from case_rows import assessed, give, make_case
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, new_id
from teams import in_team, left, make_body
from web import browser

from casework.cases import actions, work_actions
from casework.cases.models import Case
from casework.cases.open_duties import OpenDuties, open_duties
from casework.cases.states import ActionState, CaseState
from casework.cases.vocabulary import DropReason
from casework.cases.worklist import triage_without_case
from casework.teams.work_actions import add_action_for
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case
from triage import actions as triage
from triage.states import AssessmentState
from triage.vocabulary import Disposition, Duty, Urgency

REASON = "The youth welfare office has taken over on 3 March."
SECURING: list[tuple[dict[str, Any], Duty]] = [
    ({"security_signal": "concrete"}, Duty.SECURITY_INFORMATION),
    ({"security_signal": "imminent"}, Duty.EMERGENCY),
    ({"security_signal": "possible"}, Duty.CLARIFY_SECURITY),
    ({"child_welfare_risk": "serious", "age_band": "14_17"}, Duty.CHILD_PROTECTION),
    ({"child_welfare_risk": "serious", "age_band": "under_14"}, Duty.CHILD_PROTECTION),
]


def close(user: User, case: Case) -> None:
    as_user(user, close_case, by=user, case_id=case.pk, reason="goals_met")


def state(people: People, case: Case) -> str:
    with acting_as(people.coordinator, purpose="test"):
        return Case.objects.get(pk=case.pk).state


@pytest.mark.parametrize(("changed", "duty"), SECURING)
def test_nobody_closes_it_and_reads_what_is_open(people: People, changed: dict[str, Any], duty: Duty) -> None:
    case = make_case(people.handler, {**REFERRAL, **changed})
    for who in (people.handler, people.coordinator):
        assert duty in as_user(who, open_duties, case=case)
        with pytest.raises(OpenDuties) as refused:
            close(who, case)
        assert duty in refused.value.duties
    assert state(people, case) == CaseState.OPEN


def test_database_refuses_it_too(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    closed = {"state": CaseState.CLOSED, "closed_at": timezone.now(), "closed_by": people.coordinator}
    with pytest.raises(DatabaseError, match="may not become"), acting_as(people.coordinator, purpose="test"):
        Case.objects.filter(pk=case.pk).update(**closed, close_reason="other")


def test_case_without_such_a_duty_closes_as_before(people: People) -> None:
    case = make_case(people.handler)
    close(people.handler, case)
    assert state(people, case) == CaseState.CLOSED


def test_coordinator_of_another_centre_cannot(people: People) -> None:
    from foundation.accounts.permissions import NotAllowed

    case = make_case(people.handler, SECURITY)
    with pytest.raises(NotAllowed):
        close(people.other_coordinator, case)


def test_duty_of_a_second_contact_counts(people: People) -> None:
    case = make_case(people.handler)
    other = make_contact(people.handler)
    assessed(people.handler, other, SECURITY)
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)
    with pytest.raises(OpenDuties):
        close(people.handler, case)


def test_unfinished_triage_counts(people: People) -> None:
    case = make_case(people.handler)
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    answer(people.handler, new, "security_signal", "concrete", new.version)
    with pytest.raises(OpenDuties):
        close(people.handler, case)


def test_choice_that_drops_the_duty_counts_until_it_is_confirmed(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    dropped = triage.Choice(Disposition.CENTRAL_CASE, Urgency.STANDARD, frozenset(), "Not so bad")
    assert complete(people.handler, new, dropped).state == AssessmentState.WAITING_CONFIRMATION
    with pytest.raises(OpenDuties):
        close(people.handler, case)


def test_reassigning_the_case_leaves_its_duties_open(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    give(people, case, people.colleague)
    give(people, case, None)
    assert as_user(people.coordinator, open_duties, case=case)
    assert state(people, case) == CaseState.OPEN


def test_duty_leads_to_a_case_whatever_was_decided(people: People) -> None:
    """Advice alone opens no case, and nobody would follow up the duty."""
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), {**REFERRAL, "child_welfare_risk": "serious"})
    proposal = as_user(people.handler, draft.proposal)
    choice = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, proposal.duties, "The caller wants no more")
    done = complete(people.handler, draft, choice)
    if done.state == AssessmentState.WAITING_CONFIRMATION:
        done = as_user(
            people.coordinator, triage.confirm, by=people.coordinator, assessment_id=done.pk, version=done.version
        )
    assert as_user(people.handler, actions.follow_triage, by=people.handler, assessment=done).case is not None


def post_close(user: User, case: Case) -> Any:
    return browser(user).post(reverse("handoff:close_case", args=[case.pk]), {"reason": "goals_met"})


def test_page_names_the_duties_and_has_no_button(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    for who in (people.handler, people.coordinator):
        page = browser(who).get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "done first, or dropped by two people" in page
        assert str(Duty.SECURITY_INFORMATION.label) in page
        assert reverse("handoff:close_case", args=[case.pk]) not in page
        answered = post_close(who, case)
        assert answered.status_code == 422
        assert "Not closed." in answered.content.decode()


def test_open_duty_is_not_shown_as_done(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    page = browser(people.handler).get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "lucide-square-check" not in page
    assert "m9 12 2 2 4-4" not in page.partition('class="duties"')[2].partition("</ul>")[0]


def test_completed_triage_with_a_duty_and_no_case_is_on_the_list(people: People) -> None:
    contact = make_contact(people.handler)
    done = assessed(people.handler, contact, SECURITY)
    with acting_as(people.handler, purpose="test"):
        assert [one.pk for one in triage_without_case(people.handler)] == [done.pk]


# --- a draft that is discarded -------------------------------------------------------------------------------------


def discard(user: User, draft: Any, **values: Any) -> Any:
    return as_user(user, triage.discard, by=user, assessment_id=draft.pk, version=draft.version, **values)


@pytest.mark.parametrize(("changed", "duty"), SECURING)
def test_draft_with_such_a_duty_is_discarded_by_a_coordinator_with_a_reason(
    people: People, changed: dict[str, Any], duty: Duty
) -> None:
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), {**REFERRAL, **changed})
    with pytest.raises(triage.SecuringDuties) as refused:
        discard(people.handler, draft, reason=REASON)
    assert duty in refused.value.duties
    with pytest.raises(triage.SecuringDuties):
        discard(people.coordinator, draft, reason=" ")
    assert discard(people.coordinator, draft, reason=REASON).state == AssessmentState.DISCARDED


def test_draft_whose_duties_the_assessment_in_force_holds_is_discarded_by_the_handler(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    draft = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    assert discard(people.handler, draft).state == AssessmentState.DISCARDED


def test_page_of_the_checklist_says_who_discards(people: People) -> None:
    contact = make_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact), SECURITY)
    address, data = reverse("triage:discard", args=[contact.pk]), {"assessment": draft.pk, "version": draft.version}
    page = browser(people.handler).get(reverse("triage:panel", args=[contact.pk])).content.decode()
    assert "Only a coordinator can discard it, with a reason." in page
    refused = browser(people.handler).post(address, data, headers={"HX-Request": "true"})
    assert (refused.status_code, "Not discarded" in refused.content.decode()) == (409, True)
    assert "Not discarded" in browser(people.handler).post(address, data, follow=True).content.decode()
    done = browser(people.coordinator).post(address, {**data, "reason": REASON}, headers={"HX-Request": "true"})
    assert done.status_code == 200


def test_what_a_body_wants_to_drop_is_dropped_with_the_case(people: People) -> None:
    case, school = make_case(people.handler), make_body("School")
    member = in_team(people, school, case)
    asked = {"action_id": new_id(), "text": "Talk to the class teacher.", "due_at": timezone.now() + timedelta(days=2)}
    action = as_user(
        people.handler, add_action_for, by=people.handler, case_id=case.pk, organisation=school.organisation,
        strand="social", **asked,
    )  # fmt: skip
    why = {"reason": DropReason.NOT_NEEDED, "result": "The school is closed."}
    dropped = {"action_id": action.pk, "version": action.version, **why}
    as_user(school.person, work_actions.drop_action, by=school.person, **dropped)
    left(member, school.person)
    close(people.handler, case)
    with acting_as(people.handler, purpose="test"):
        action.refresh_from_db()
    assert (action.state, action.drop_reason) == (ActionState.DROPPED, DropReason.CASE_CLOSED)
    assert (action.ended_by, action.drop_proposed_by) == (people.handler, school.person)
