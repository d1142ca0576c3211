"""Plans in the access matrix: one in force beside a proposal that waits for a body, and a draft of somebody else."""

from __future__ import annotations

import plans
from people import as_user, new_id
from security.matrix.world import World

from casework.cases.models import Case
from casework.plans import actions
from casework.plans.models import Factor, Goal, Plan, PlannedAction
from casework.plans.vocabulary import Outcome
from foundation.accounts.models import Organisation, User


def add_plans(world: World) -> None:
    people = world.people
    of_open, of_colleague = (_case(world, name) for name in ("open", "colleagues"))
    first = _written(people.handler, of_open, people.centre, people.body)
    plans.proposed(people.handler, first)
    plans.agreed(people.liaison, first, people.body)
    goal = _add(world, "in_force", people.handler, first)
    outcome = {"outcome_id": new_id(), "goal_id": goal.pk, "outcome": Outcome.PARTLY, "evidence": "he applied"}
    as_user(people.handler, actions.note_outcome, by=people.handler, **outcome)
    world.add("outcome", "in_force", outcome["outcome_id"])
    second = plans.begun(people.handler, of_open, "he moved")
    plans.planned(people.handler, second, people.body, text="meet him there")
    plans.proposed(people.handler, second)
    _add(world, "proposed", people.handler, second)
    for name, plan in {"given": first, "waiting": second}.items():
        world.add("agreement", name, plans.agreement_of(people.handler, plan, people.body).pk)
    draft = _written(people.colleague, of_colleague, people.centre)
    _add(world, "draft", people.colleague, draft)


def _written(by: User, case: Case, *bodies: Organisation) -> Plan:
    plan = plans.begun(by, case)
    goal = plans.with_goal(by, plan)
    plans.with_factor(by, plan)
    for body in bodies:
        plans.planned(by, plan, body, goal=goal)
    return plan


def _add(world: World, name: str, by: User, plan: Plan) -> Goal:
    """The plan and its rows; the URLs have the first one of each kind."""
    world.add("plan", name, plan.pk)
    for kind, rows in {"goal": Goal, "factor": Factor, "planned": PlannedAction}.items():
        found = as_user(by, lambda rows=rows: list(rows.objects.filter(plan=plan).order_by("position", "pk")))
        world.add(kind, name, found[0].pk)
        for other in found[1:]:
            world.names.setdefault(other.pk, f"{kind}.{name}")
    goal: Goal = as_user(by, lambda: Goal.objects.filter(plan=plan).first())
    return goal


def _case(world: World, name: str) -> Case:
    key = world.keys["case"][name]
    found: Case = as_user(world.people.coordinator, lambda: Case.objects.get(pk=key))
    return found
