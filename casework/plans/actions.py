"""All steps of a plan: a draft begins, is proposed, agreed to or objected to, comes into force, is replaced."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from casework.cases.locking import lock_case_to_write
from casework.cases.models import Case
from casework.cases.permissions import is_open
from casework.teams.actions import team_of
from casework.teams.models import Member, Team
from casework.teams.permissions import members_of
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.stale import stale
from regions.recent_calendars import recent_calendar
from regions.working_hours import add_working_days

from .content_actions import copy_content
from .events import (
    PLAN_AGREED_TO,
    PLAN_BEGUN,
    PLAN_DISCARDED,
    PLAN_EDITED,
    PLAN_OBJECTED,
    PLAN_OUTCOME,
    PLAN_PRINTED,
    PLAN_PROPOSED,
    PLAN_TAKEN_BACK,
    PLAN_UNANSWERED,
)
from .in_force_actions import put_in_force
from .locking import lock_draft, lock_plan, lock_plans, lock_to_plan
from .models import Agreement, Goal, GoalOutcome, Plan, PlannedAction
from .permissions import may_answer, may_plan
from .recording import move, record, store
from .states import AGREEMENT_TRANSITIONS, ASKED, SENT, TRANSITIONS, AgreementState, PlanState
from .vocabulary import Outcome
from .work import Step

#: Working days of the centre until a body should answer a proposal.
ANSWER_DAYS = 5


class EmptyPlan(Exception):
    """There is neither a goal nor an action in it."""


class NotInTeam(Exception):
    """Bodies that have something to do in the plan are not in the team. ``bodies``: their names."""

    def __init__(self, bodies: Sequence[str]) -> None:
        super().__init__("not in the team")
        self.bodies = bodies


@transaction.atomic
def begin_plan(*, by: User, plan_id: uuid.UUID, case_id: uuid.UUID, cause: str = "") -> Plan:
    """Begin a draft: the first plan of an open case, or a new version as a copy of the one in force.

    ``cause``: why there is a new version. A repeated post begins one. Raises Stale while another one is written or
    proposed, or for a case that is not open.
    """
    team = _team_to_plan(by, case_id)
    known = Plan.objects.of_case(case_id).filter(pk=plan_id).first()
    if known:
        return known
    current = lock_plans(case_id)
    if any(not plan.is_in_force for plan in current):
        raise stale(current[-1].pk)
    last = Plan.objects.of_case(case_id).order_by("-number").first()
    plan = Plan(pk=plan_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id, written_by=by)
    plan.organisation_id = _own_body(by, case_id, team.centre_id)
    plan.number = last.number + 1 if last else 1
    plan.cause = cause
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:  # somebody else began one at the same moment
        raise stale(case_id) from error
    for source in current:
        copy_content(source, plan)
    record(PLAN_BEGUN, by, plan)
    return plan


def _team_to_plan(by: User, case_id: uuid.UUID) -> Team:
    """Raises NotAllowed, and Stale for a closed case."""
    if Case.objects.filter(pk=case_id).exists():
        case = lock_case_to_write(by, case_id)
        if not case.is_open:
            raise stale(case_id)
        return team_of(case)
    team = Team.objects.filter(pk=case_id).first()
    if team is None or not may_plan(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if not is_open(case_id):
        raise stale(case_id)
    return team


def _own_body(by: User, case_id: uuid.UUID, centre_id: int) -> int:
    """The body for which the person plans: one of the team that coordinates the content, else the centre."""
    bodies = [one.organisation_id for one in members_of(by, case_id) if Hat.CONTENT in one.hats]
    return bodies[0] if bodies else centre_id


@transaction.atomic
def edit_plan(*, by: User, plan_id: uuid.UUID, version: int, **texts: str) -> None:
    """Change the texts of a draft: aim, cause and the person's view. Raises Stale. A repeat has no effect."""
    plan = lock_draft(by, plan_id)
    if all(getattr(plan, name) == text for name, text in texts.items()):
        return
    if plan.version != version:
        raise stale(plan_id)
    store(plan, **texts)
    record(PLAN_EDITED, by, plan)


@transaction.atomic
def propose_plan(*, by: User, plan_id: uuid.UUID, version: int) -> None:
    """Propose a draft to the bodies that have something new to do in it; without any it is in force at once.

    Raises Stale, EmptyPlan, NotInTeam. A repeat has no effect.
    """
    plan = lock_to_plan(by, plan_id)
    if plan.state in SENT and plan.proposed_by_id == by.pk:
        return
    _check(plan, version, PlanState.PROPOSED)
    planned = list(plan.planned_actions.select_related("organisation"))
    if not planned and not plan.goals.exists():
        raise EmptyPlan
    named = Member.objects.in_team().filter(team=plan.team_id).named_people()
    away = {one.organisation.name for one in planned if one.organisation_id not in {plan.centre_id, *named}}
    if away:
        raise NotInTeam(sorted(away))
    now = timezone.now()
    due_at = add_working_days(now, ANSWER_DAYS, recent_calendar(plan.centre_id, now))
    body = _own_body(by, plan.team_id, plan.centre_id)
    move(plan, PlanState.PROPOSED, proposed_at=now, proposed_by=by, due_at=due_at, organisation_id=body)
    record(PLAN_PROPOSED, by, plan)
    asked = _ask(by, plan, planned, named, now, due_at)
    if not asked:
        put_in_force(by=by, plan=plan)


def _ask(
    by: User,
    plan: Plan,
    planned: Sequence[PlannedAction],
    named: dict[int, int | None],
    asked_at: datetime,
    due_at: datetime,
) -> bool:
    """Ask each body with something new to do; the own one has agreed. Whether any is asked."""
    before = Plan.objects.of_case(plan.team_id).in_force().due_times()
    bodies = {one.organisation_id for one in planned if one.change_since(before)}
    for body in sorted(bodies):
        agreement = Agreement(plan=plan, team_id=plan.team_id, centre_id=plan.centre_id, data_key_id=plan.data_key_id)
        agreement.organisation_id = body
        agreement.user_id = named.get(body)
        agreement.asked_at, agreement.due_at = asked_at, due_at
        if body == plan.organisation_id:
            agreement.state = AgreementState.AGREED
            agreement.answered_at, agreement.answered_by = asked_at, by
        agreement.save(force_insert=True)
    return bool(bodies - {plan.organisation_id})


@transaction.atomic
def take_back(*, by: User, plan_id: uuid.UUID, version: int) -> None:
    """Make a proposal a draft again; a trigger ends the open questions. Raises Stale. A repeat has no effect."""
    plan = lock_to_plan(by, plan_id)
    if plan.is_draft and not plan.was_returned:
        return
    _check(plan, version, PlanState.DRAFT)
    move(plan, PlanState.DRAFT, proposed_at=None, proposed_by=None, due_at=None)
    record(PLAN_TAKEN_BACK, by, plan)


@transaction.atomic
def discard_plan(*, by: User, plan_id: uuid.UUID, version: int) -> None:
    """Discard a draft. It is kept for who plans. Raises Stale. A repeat has no effect."""
    plan = lock_to_plan(by, plan_id)
    if plan.state == PlanState.DISCARDED and plan.ended_by_id == by.pk:
        return
    _check(plan, version, PlanState.DISCARDED)
    if not plan.is_draft:
        raise stale(plan_id)
    _discard(by, plan)


def _discard(by: User, plan: Plan) -> None:
    move(plan, PlanState.DISCARDED, ended_at=timezone.now(), ended_by=by)
    record(PLAN_DISCARDED, by, plan)


def end_with_case(*, by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    """Discard what is written or proposed when the case is closed; the plan in force stays, for reading and reopening.

    ``organisation_id``: of a body that leaves; triggers do what follows from that. The plans are locked before, so that
    what comes into force at the same moment is there or is not.
    """
    current = lock_plans(case_id)
    if organisation_id is None:
        for plan in current:
            if not plan.is_in_force:
                _discard(by, plan)


@transaction.atomic
def agree(*, by: User, agreement_id: uuid.UUID, version: int) -> None:
    """Agree for the body; the last one puts the plan in force. Raises Stale. A repeat has no effect."""
    agreement, plan = _lock_agreement(by, agreement_id)
    if agreement.state == AgreementState.AGREED and agreement.answered_by_id == by.pk:
        return
    plan = _answer(by, agreement, plan, version, AgreementState.AGREED)
    record(PLAN_AGREED_TO, by, plan, organisation=agreement.organisation_id)
    if not plan.agreements.filter(asked_at=F("plan__proposed_at"), state__in=ASKED).exists():
        put_in_force(by=by, plan=plan)


@transaction.atomic
def object_to(*, by: User, agreement_id: uuid.UUID, version: int, reason: str) -> None:
    """Object for the body; a trigger makes the plan a draft again, for who plans.

    Raises Stale. A repeat has no effect.
    """
    agreement, plan = _lock_agreement(by, agreement_id)
    if agreement.state == AgreementState.OBJECTED and agreement.answered_by_id == by.pk:
        return
    plan = _answer(by, agreement, plan, version, AgreementState.OBJECTED, reason=reason)
    record(PLAN_OBJECTED, by, plan, organisation=agreement.organisation_id)


def _answer(by: User, agreement: Agreement, plan: Plan | None, version: int, to: AgreementState, **values: Any) -> Plan:
    """Returns the plan. Raises Stale if the body is not asked any more."""
    is_allowed = to in AGREEMENT_TRANSITIONS[AgreementState(agreement.state)]
    if agreement.version != version or not is_allowed or plan is None or not plan.is_proposed:
        raise stale(agreement.plan_id)
    store(agreement, state=to, answered_at=timezone.now(), answered_by=by, **values)
    return plan


@transaction.atomic
def note_outcome(*, by: User, outcome_id: uuid.UUID, goal_id: uuid.UUID, outcome: Outcome, evidence: str) -> None:
    """Note what became of a goal of the plan in force, with what shows it. A repeated post notes one.

    ``goal_id``: of the row in the plan that was seen. Raises Stale if it is not in force any more.
    """
    goal = Goal.objects.select_related("plan").filter(pk=goal_id).first()
    if goal is None or not may_plan(by, goal.plan.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if GoalOutcome.objects.filter(pk=outcome_id, team=goal.plan.team_id).exists():
        return
    plan = lock_plan(goal.plan_id)
    if plan is None or not plan.is_in_force:
        raise stale(goal.plan_id)
    noted = GoalOutcome(pk=outcome_id, team_id=plan.team_id, goal_id=goal.goal_id, data_key_id=plan.data_key_id)
    noted.outcome = outcome
    noted.evidence = evidence
    noted.noted_by = by
    noted.save(force_insert=True)
    record(PLAN_OUTCOME, by, plan, outcome=outcome)


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """A body has not answered in time: the coordinators see it. The agreement is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    found = Agreement.objects.select_related("plan").filter(pk=subject, escalated_at=None, state__in=ASKED)
    agreement = found.first()
    if agreement is not None and step == Step.ESCALATE:
        store(agreement, escalated_at=now)
        record(PLAN_UNANSWERED, by, agreement.plan, organisation=agreement.organisation_id)


def _lock_agreement(by: User, agreement_id: uuid.UUID) -> tuple[Agreement, Plan | None]:
    """The agreement with its locked plan; None if that is a draft again, which the body does not see."""
    agreement = Agreement.objects.filter(pk=agreement_id).first()
    if agreement is None or not may_answer(by, agreement):
        raise NotAllowed(Permission.TEAM_WORK)
    plan = lock_plan(agreement.plan_id)
    locked = Agreement.objects.filter(pk=agreement_id).first()
    if locked is None:  # the body has left meanwhile
        raise NotAllowed(Permission.TEAM_WORK)
    return locked, plan


def _check(plan: Plan, version: int, to: PlanState) -> None:
    if plan.version != version or to not in TRANSITIONS[PlanState(plan.state)]:
        raise stale(plan.pk)


@transaction.atomic
def record_printed(*, by: User, plan: Plan) -> None:
    """Say in the journal that the plan was printed for the person; each time is one. Raises NotAllowed."""
    if not may_plan(by, plan.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    record(PLAN_PRINTED, by, plan)
