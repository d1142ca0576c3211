"""Duties of a triage are actions: somebody's, due, on the worklist, until done or dropped by two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from assessments import REFERRAL, SECURITY, answer, complete, filled
from case_rows import give, make_case
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from web import browser

from casework.cases import work_actions
from casework.cases.actions import confirm_triage, follow_triage, reopen_case
from casework.cases.models import Action, Case, Strand
from casework.cases.open_duties import OpenDuties
from casework.cases.states import OPEN_ACTION, ActionState
from casework.cases.vocabulary import DropReason
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist import today
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case
from triage import actions as triage
from triage.states import AssessmentState
from triage.vocabulary import Disposition, Duty, Urgency

EVERYTHING = {**SECURITY, "age_band": "14_17", "child_welfare_risk": "serious"}


def actions_of(people: People, case: Case) -> dict[str, Action]:
    with acting_as(people.coordinator, purpose="test"):
        return {one.duty or one.text: one for one in Action.objects.filter(case=case).select_related("user")}


def duty_of(people: People, case: Case, duty: Duty = Duty.SECURITY_INFORMATION) -> Action:
    return actions_of(people, case)[duty]


def items(reader: User, detail: str = Duty.SECURITY_INFORMATION) -> list[WorkItem]:
    """Of the worklist as the reader sees it; without ``detail``, all."""
    with acting_as(reader, purpose="test"):
        found = WorkItem.objects.first_due()
        return list(found.filter(detail=detail) if detail else found)


def step(user: User, what: Any, action: Action, **values: Any) -> None:
    as_user(user, what, by=user, action_id=action.pk, version=action.version, **values)


def kinds(people: People, action: Action) -> list[str]:
    with acting_as(people.coordinator, purpose="test"):
        return list(Event.objects.filter(subject=action.pk).order_by("pk").values_list("kind", flat=True))


def test_each_duty_is_an_action_of_the_contact_person_with_a_time(people: People) -> None:
    case = make_case(people.handler, EVERYTHING)
    found = actions_of(people, case)
    assert {Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION} <= found.keys()
    assert Duty.INDIVIDUAL_CASE not in found
    for one in found.values():
        person = None if one.duty == Duty.COORDINATOR_REVIEW else people.handler
        assert (one.user, one.state, one.case_id) == (person, ActionState.AGREED, case.pk)
        assert timezone.now() < one.due_at == one.steps_at[0] < one.steps_at[1] < one.steps_at[2]
    listed = {item.detail: item for item in items(people.handler, "")}
    assert listed.keys() == found.keys() - {Duty.COORDINATOR_REVIEW}
    assert all(item.reference == case.reference and item.user_id == people.handler.pk for item in listed.values())
    assert items(people.colleague, "") == []
    assert {item.detail for item in items(people.coordinator, "")} == found.keys()


def test_done_with_a_line_leaves_the_worklist_once(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    action = duty_of(people, case)
    for _time in range(2):
        step(people.handler, work_actions.finish_action, action, result="Informed by telephone.")
    done = duty_of(people, case)
    assert (done.state, done.ended_by_id) == (ActionState.DONE, people.handler.pk)
    assert items(people.handler) == []
    assert kinds(people, action) == ["action.done"]


def test_protected_duty_is_dropped_by_two(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(
        people.handler,
        work_actions.drop_action,
        duty_of(people, case),
        reason="not_needed",
        result="A joke among friends.",
    )
    waiting = duty_of(people, case)
    assert waiting.state == ActionState.DROP_PROPOSED
    assert (items(people.handler), [item.kind for item in items(people.coordinator)]) == ([], ["drop"])
    for who in (people.handler, people.colleague, people.other_coordinator):
        with pytest.raises(NotAllowed):
            step(who, work_actions.confirm_drop, waiting)
    step(people.coordinator, work_actions.confirm_drop, waiting)
    assert duty_of(people, case).state == ActionState.DROPPED
    assert items(people.handler) == []
    close_when_done(people, case)


def close_when_done(people: People, case: Case) -> None:
    with pytest.raises(OpenDuties):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    for one in actions_of(people, case).values():
        if one.is_open and one.is_protected:
            step(people.coordinator, work_actions.finish_action, one, result="Done.")
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")


def test_what_a_coordinator_has_to_look_at_is_theirs_alone(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    review = duty_of(people, case, Duty.COORDINATOR_REVIEW)
    for what, values in ((work_actions.take_action, {}), (work_actions.finish_action, {"result": "Seen."})):
        with pytest.raises(NotAllowed):
            step(people.handler, what, review, **values)
    step(people.coordinator, work_actions.finish_action, review, result="Seen.")


def test_coordinator_who_proposed_cannot_confirm(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(
        people.coordinator,
        work_actions.drop_action,
        duty_of(people, case),
        reason="not_needed",
        result="Known already.",
    )
    with pytest.raises(NotAllowed):
        step(people.coordinator, work_actions.confirm_drop, duty_of(people, case))


def test_refused_drop_is_to_be_done(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(people.handler, work_actions.drop_action, duty_of(people, case), reason="not_needed", result="A joke.")
    step(people.coordinator, work_actions.refuse_drop, duty_of(people, case))
    again = duty_of(people, case)
    assert (again.state, again.drop_proposed_by_id, again.result) == (ActionState.AGREED, None, "")


def test_who_does_not_work_on_the_case_changes_what_is_nobodys_only_by_taking_it(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    action = duty_of(people, case)
    step(people.handler, work_actions.give_action, action, to=None)
    later = timezone.now() + timedelta(days=300)
    with acting_as(people.colleague, purpose="test"):
        free = Action.objects.filter(pk=action.pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            free.update(due_at=later)
        with pytest.raises(DatabaseError), transaction.atomic():
            free.update(user=people.handler)
    step(people.colleague, work_actions.take_action, duty_of(people, case))


def test_stale_page_is_refused(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    old = duty_of(people, case)
    step(people.handler, work_actions.begin_action, old)
    with pytest.raises(Stale):
        step(people.coordinator, work_actions.finish_action, old, result="Done.")


def test_reopened_case_and_superseded_triage_do_not_repeat_what_was_done(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(people.handler, work_actions.finish_action, duty_of(people, case), result="Informed.")
    close_when_done(people, case)
    as_user(people.handler, reopen_case, by=people.handler, case_id=case.pk, cause="asked")
    again = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    done = complete(people.handler, again)
    as_user(people.handler, follow_triage, by=people.handler, assessment=done)
    assert [one.state for one in actions_of(people, case).values() if one.duty == Duty.SECURITY_INFORMATION] == ["done"]


def test_new_answers_ask_again(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(people.handler, work_actions.finish_action, duty_of(people, case), result="Informed.")
    again = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    changed = answer(people.handler, again, "weapons", "access", again.version)
    as_user(people.handler, follow_triage, by=people.handler, assessment=complete(people.handler, changed))
    with acting_as(people.coordinator, purpose="test"):
        states = Action.objects.filter(case=case, duty=Duty.SECURITY_INFORMATION).values_list("state", flat=True)
        assert sorted(states) == ["agreed", "done"]


def test_duty_of_a_triage_without_case_belongs_to_the_contact(people: People) -> None:
    draft = filled(people, {**REFERRAL, "source_conflict": ["custody_dispute"]})
    duties = frozenset({Duty.HEAR_OTHER_SIDE})
    choice = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, duties, "They want no more.")
    done = complete(people.handler, draft, choice)
    assert done.state == AssessmentState.COMPLETED
    with acting_as(people.handler, purpose="test"):
        found = list(Action.objects.filter(contact=draft.contact_id))
    assert [one.duty for one in found] == [Duty.HEAR_OTHER_SIDE]
    assert all(one.case_id is None and one.user_id == people.handler.pk for one in found)


def test_duties_go_with_the_responsibility(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    give(people, case, people.colleague)
    assert duty_of(people, case).user == people.colleague
    assert [item.user_id for item in items(people.colleague)] == [people.colleague.pk]
    give(people, case, None)
    assert duty_of(people, case).user is None
    step(people.colleague, work_actions.take_action, duty_of(people, case))
    assert duty_of(people, case).user == people.colleague


def run_at(distance: timedelta) -> None:
    """The sweep, as if this time had passed: all moments are moved back."""
    from django.db.models import F

    change(WorkItem.objects.filter(next_at__isnull=False), next_at=F("next_at") - distance)
    run_steps()


def test_duty_nobody_touches_reaches_the_shift_then_the_coordinators(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    action = duty_of(people, case)
    run_steps()
    assert kinds(people, action) == []
    for number, kind in enumerate(("reminded", "to_shift", "escalated")):
        far = action.steps_at[number] - timezone.now() + timedelta(seconds=1)
        run_at(timedelta(days=40) if far > timedelta(0) else timedelta(0))
        assert kinds(people, action)[-1] == f"action.{kind}"
        assert len(kinds(people, action)) == number + 1
        run_steps()
    late = duty_of(people, case)
    assert (late.user, late.escalated_at is not None) == (None, True)
    (item,) = items(people.colleague)
    assert (item.user_id, item.is_escalated, item.next_at) == (None, True, None)


def test_colleague_takes_it_from_the_shift_and_then_reads_the_case(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    change(Action.objects.filter(case=case), user=None)
    with acting_as(people.colleague, purpose="test"):
        assert not Case.objects.filter(pk=case.pk).exists()
    step(people.colleague, work_actions.take_action, duty_of(people, case))
    with acting_as(people.colleague, purpose="test"):
        assert Case.objects.filter(pk=case.pk).exists()
    step(people.colleague, work_actions.finish_action, duty_of(people, case), result="Informed.")
    with acting_as(people.colleague, purpose="test"):
        assert not Case.objects.filter(pk=case.pk).exists()


def test_added_action_is_on_the_worklist_and_goes_with_the_closing(people: People) -> None:
    case = make_case(people.handler)
    due = timezone.now() + timedelta(days=3)
    values = {"text": "Call the school.", "strand": Strand.SOCIAL, "due_at": due, "to": people.handler}
    key = new_id()
    for _time in range(2):
        as_user(people.handler, work_actions.add_action, by=people.handler, action_id=key, case_id=case.pk, **values)
    assert [item.detail for item in items(people.handler, "added")] == ["added"]
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    assert {one.state for one in actions_of(people, case).values()}.isdisjoint(OPEN_ACTION)
    assert actions_of(people, case)["Call the school."].drop_reason == DropReason.CASE_CLOSED
    assert items(people.handler, "") == []


def test_proposed_drop_is_put_before_the_coordinators_at_once_and_never_before_who_proposed_it(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    step(people.handler, work_actions.drop_action, duty_of(people, case), reason="not_needed", result="A joke.")
    assert items(people.handler) == []
    (waiting,) = items(people.coordinator)
    assert (waiting.kind, waiting.role, waiting.user_id) == ("drop", "coordinator", None)
    assert waiting.reference == case.reference
    assert timezone.now() < waiting.due_at < timezone.now() + timedelta(days=3)
    with acting_as(people.coordinator, purpose="test"):
        assert waiting in today.to_take(people.coordinator)
    assert "Agree that it is dropped" in browser(people.coordinator).get(reverse("worklist:today")).content.decode()
    step(people.coordinator, work_actions.refuse_drop, duty_of(people, case))
    assert [item.kind for item in items(people.coordinator)] == ["action"]
    step(
        people.coordinator,
        work_actions.drop_action,
        duty_of(people, case),
        reason="not_needed",
        result="A joke.",
    )
    with acting_as(people.coordinator, purpose="test"):
        assert not today.to_take(people.coordinator).filter(kind="drop").exists()
    other = make_user((people.centre, Role.COORDINATOR))
    step(other, work_actions.confirm_drop, duty_of(people, case))
    assert items(people.coordinator) == []


def test_sweep_leaves_a_proposed_drop_where_it_is(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    action = duty_of(people, case)
    step(people.handler, work_actions.drop_action, action, reason="not_needed", result="A joke.")
    with time_machine.travel(action.steps_at[-1] + timedelta(minutes=1)):
        run_steps()
        assert duty_of(people, case).user == people.handler
        assert "action.to_shift" not in kinds(people, action)
        step(people.coordinator, work_actions.refuse_drop, duty_of(people, case))
        run_steps()
        again = duty_of(people, case)
        assert again.user == people.handler  # whose turn it is again, with a reminder first
        assert kinds(people, action)[-2:] == ["action.drop_refused", "action.reminded"]
        assert again.steps_at[1] > timezone.now()


def test_sweep_belongs_to_the_deadlines(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    values = {"subject": duty_of(people, case).pk, "step": "remind", "now": timezone.now()}
    with pytest.raises(NotAllowed):
        as_user(people.coordinator, work_actions.run_step, by=people.coordinator, **values)


def test_waiting_triage_brings_its_duties_when_it_is_confirmed(people: People) -> None:
    draft = filled(people, SECURITY)
    fewer = triage.Choice(Disposition.CENTRAL_CASE, Urgency.URGENT, frozenset({Duty.COORDINATOR_REVIEW}), "Not so bad.")
    waiting = complete(people.handler, draft, fewer)
    assert waiting.state == AssessmentState.WAITING_CONFIRMATION
    with acting_as(people.coordinator, purpose="test"):
        assert not Action.objects.filter(contact=draft.contact_id).exists()
    values = {"assessment_id": waiting.pk, "version": waiting.version}
    result = as_user(people.coordinator, confirm_triage, by=people.coordinator, **values)
    assert actions_of(people, result.case).keys() == {Duty.COORDINATOR_REVIEW}
