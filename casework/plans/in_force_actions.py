"""A plan comes into force: it replaces the one before, and what it has anew becomes actions of the case."""

from __future__ import annotations

from django.utils import timezone

from casework.cases.models import Action
from casework.cases.work_actions import insert_action, record_dropped_and_moved
from casework.teams.models import Member
from foundation.accounts.models import User

from .events import PLAN_IN_FORCE, PLAN_REPLACED
from .models import Plan, PlannedAction
from .recording import move, record
from .states import PlanState


def put_in_force(*, by: User, plan: Plan) -> None:
    """Called with locked plans by whoever proposes or agrees last. ``plan``: proposed, and everybody agrees.

    A trigger drops and moves the actions of the version before (ntk.follow_plan).
    """
    now = timezone.now()
    planned = list(plan.planned_actions.order_by("position", "pk"))
    before: list[PlannedAction] = []
    for old in Plan.objects.of_case(plan.team_id).in_force():
        before += old.planned_actions.all()
        move(old, PlanState.SUPERSEDED, ended_at=now, ended_by=by)
        record(PLAN_REPLACED, by, old)
    kept = {one.action_id: one.due_at for one in planned}
    actions = list(Action.objects.open().filter(case=plan.team_id, pk__in=[one.action_id for one in before]))
    move(plan, PlanState.AGREED, agreed_at=now)
    record(PLAN_IN_FORCE, by, plan)
    record_dropped_and_moved(
        by=by,
        dropped=[one for one in actions if one.pk not in kept],
        moved=[(one, kept[one.pk]) for one in actions if one.pk in kept and kept[one.pk] != one.due_at],
    )
    people = Member.objects.in_team().filter(team=plan.team_id).named_people()
    for one in planned:
        if one.action_id == one.pk:
            insert_action(by=by, action=_action(plan, one, people.get(one.organisation_id)))


def _action(plan: Plan, planned: PlannedAction, person: int | None) -> Action:
    action = Action(pk=planned.pk, case_id=plan.team_id, centre_id=plan.centre_id, data_key_id=plan.data_key_id)
    action.text = planned.text
    action.strand = planned.strand
    action.is_shared = True
    action.organisation_id = planned.organisation_id
    action.user_id = planned.user_id if planned.organisation_id == plan.centre_id else person
    action.due_at = planned.due_at
    return action
