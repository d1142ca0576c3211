"""Plans for tests, made with the real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from people import People, as_user, new_id

from casework.cases.models import Case, Strand
from casework.plans import actions, content_actions
from casework.plans.models import Agreement, Factor, Goal, GoalOutcome, Plan, PlannedAction
from casework.plans.vocabulary import FactorKind, Outcome
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as

GOAL = {
    "text": "He has a training place.",
    "why": "Days without anything to do draw him to the group.",
    "measure": "Signed contract",
    "baseline": "none",
    "target": "one",
    "plain": "You learn a trade.",
}


def begun(by: User, case: Case, cause: str = "") -> Plan:
    made: Plan = as_user(by, actions.begin_plan, by=by, plan_id=new_id(), case_id=case.pk, cause=cause)
    return made


def with_goal(by: User, plan: Plan, **values: Any) -> Goal:
    key = new_id()
    fields = {**GOAL, "due_on": timezone.localdate() + timedelta(days=90), "version": 0, **values}
    as_user(by, content_actions.save_goal, by=by, plan_id=plan.pk, goal_id=key, **fields)
    with acting_as(by, purpose="test"):
        return Goal.objects.get(pk=key)


def with_factor(by: User, plan: Plan, **values: Any) -> None:
    fields = {"kind": FactorKind.TRIGGER, "text": "Police in uniform", "approach": "Come in plain clothes.", **values}
    as_user(by, content_actions.save_factor, by=by, plan_id=plan.pk, factor_id=new_id(), version=0, **fields)


def planned(by: User, plan: Plan, organisation: Organisation, **values: Any) -> PlannedAction:
    key = values.pop("planned_id", None) or new_id()
    fields = {
        "user": None,
        "goal": None,
        "strand": Strand.SOCIAL,
        "starts_on": None,
        "due_at": timezone.now() + timedelta(days=20),
        "text": "Talk with the family every week.",
        "plain": "Somebody visits your family.",
        "version": 0,
        **values,
    }
    as_user(
        by, content_actions.save_planned, by=by, plan_id=plan.pk, planned_id=key, organisation=organisation, **fields
    )
    with acting_as(by, purpose="test"):
        return PlannedAction.objects.select_related("organisation", "goal").get(pk=key)


def proposed(by: User, plan: Plan) -> Plan:
    now = stored(plan, by)
    as_user(by, actions.propose_plan, by=by, plan_id=plan.pk, version=now.version)
    return stored(plan, by)


def agreement_of(reader: User, plan: Plan, organisation: Organisation) -> Agreement:
    """The last one that was asked for."""
    with acting_as(reader, purpose="test"):
        return Agreement.objects.select_related("plan").filter(plan=plan, organisation=organisation).latest("asked_at")


def agreed(by: User, plan: Plan, organisation: Organisation) -> None:
    found = agreement_of(by, plan, organisation)
    as_user(by, actions.agree, by=by, agreement_id=found.pk, version=found.version)


def objected(by: User, plan: Plan, organisation: Organisation, reason: str = "We have nobody for it.") -> None:
    found = agreement_of(by, plan, organisation)
    as_user(by, actions.object_to, by=by, agreement_id=found.pk, version=found.version, reason=reason)


def objected_version(people: People, case: Case) -> dict[type[Model], list[UUID]]:
    """A plan with two rows of each kind and an outcome, and a version that the liaison's body objects to; of each table
    the first row, of the plans the one in force.
    """
    plan = begun(people.handler, case)
    as_user(people.handler, actions.edit_plan, by=people.handler, plan_id=plan.pk, version=1, aim="A quiet life")
    goals = [with_goal(people.handler, plan, text=text) for text in ("a first goal", "a second goal")]
    for text in ("a first factor", "a second factor"):
        with_factor(people.handler, plan, text=text)
    steps = [planned(people.handler, plan, people.centre, text=text) for text in ("a first step", "a second step")]
    proposed(people.handler, plan)
    key = new_id()
    note = {"outcome_id": key, "goal_id": goals[0].pk, "outcome": Outcome.MET, "evidence": "it is so"}
    as_user(people.handler, actions.note_outcome, by=people.handler, **note)
    draft = begun(people.handler, case, "something new")
    planned(people.handler, draft, people.body)
    proposed(people.handler, draft)
    objected(people.liaison, draft, people.body)
    asked = agreement_of(people.handler, draft, people.body)
    with acting_as(people.handler, purpose="test"):
        factor = Factor.objects.filter(plan=plan).order_by("position")[0].pk
    found = {Plan: plan, Goal: goals[0], PlannedAction: steps[0], Agreement: asked}
    return {**{kind: [row.pk] for kind, row in found.items()}, Factor: [factor], GoalOutcome: [key]}


def stored(plan: Plan, reader: User) -> Plan:
    with acting_as(reader, purpose="test"):
        return Plan.objects.select_related("team").get(pk=plan.pk)
