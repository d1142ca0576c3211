"""What is written in the draft of a plan: goals, factors, planned actions."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from casework.cases.models import Strand
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from regions.recent_calendars import recent_calendar
from triage.due_times import steps_from

from .events import PLAN_EDITED
from .locking import lock_draft
from .models import TEXTS_OF_PLAN, Factor, Goal, Plan, PlannedAction
from .recording import record, store
from .vocabulary import FactorKind

Row = Goal | Factor | PlannedAction
Kind = type[Goal] | type[Factor] | type[PlannedAction]
#: Of each kind in one plan.
MOST_ROWS = 40


class TooMany(Exception):
    """A plan with so many rows is not read by anybody."""


@transaction.atomic
def save_goal(
    *, by: User, plan_id: uuid.UUID, goal_id: uuid.UUID, version: int, due_on: date | None, **texts: str
) -> None:
    """Add a goal to a draft, or change it. ``version``: 0 for a new one. Raises Stale, TooMany.

    A goal without measure or date is kept: the page names it as incomplete. A repeat has no effect.
    """
    plan = lock_draft(by, plan_id)
    goal = _find(plan, Goal, goal_id)
    goal.goal_id = goal.goal_id or goal.pk
    _save(by, plan, goal, version, {**texts, "due_on": due_on})


@transaction.atomic
def save_factor(
    *, by: User, plan_id: uuid.UUID, factor_id: uuid.UUID, version: int, kind: FactorKind, **texts: str
) -> None:
    """Add a factor to a draft, or change it. ``version``: 0 for a new one. Raises Stale, TooMany."""
    plan = lock_draft(by, plan_id)
    _save(by, plan, _find(plan, Factor, factor_id), version, {**texts, "kind": kind})


@transaction.atomic
def save_planned(
    *,
    by: User,
    plan_id: uuid.UUID,
    planned_id: uuid.UUID,
    version: int,
    organisation: Organisation,
    user: User | None,
    goal: Goal | None,
    strand: Strand,
    starts_on: date | None,
    due_at: datetime,
    text: str,
    plain: str,
) -> None:
    """Add what a body is to do, or change it. ``version``: 0 for a new one. Raises Stale, TooMany.

    Of an action that runs already, another time moves it; other words, another body or strand make it a new one.
    """
    plan = lock_draft(by, plan_id)
    planned = _find(plan, PlannedAction, planned_id)
    person = user if organisation.pk == plan.centre_id else None
    if person is not None:
        require(person, Permission.CASE_READ, plan.centre_id)
    what = {"organisation": organisation, "user": person, "strand": strand, "text": text}
    is_same = planned.version and all(getattr(planned, name) == value for name, value in what.items())
    what["action_id"] = planned.action_id if is_same else planned.pk
    due = {"due_at": due_at, "steps_at": steps_from(due_at, recent_calendar(plan.centre_id, due_at))}
    goal = goal if goal and goal.plan_id == plan.pk else None
    _save(by, plan, planned, version, {**what, **due, "goal": goal, "starts_on": starts_on, "plain": plain})


@transaction.atomic
def remove(*, by: User, plan_id: uuid.UUID, kind: Kind, row_id: uuid.UUID) -> None:
    """Remove a goal, a factor or a planned action from a draft. Raises Stale. A repeat has no effect."""
    plan = lock_draft(by, plan_id)
    row = _rows(plan, kind).filter(pk=row_id).first()
    if row is None:
        return
    if isinstance(row, Goal):
        row.planned_actions.update(goal=None)
    row.delete()
    _edited(by, plan)


def copy_content(source: Plan, plan: Plan) -> None:
    """Begin a version as a copy of the one in force. Goals keep their outcomes, and actions that run are kept."""
    store(plan, **{name: getattr(source, name) for name in TEXTS_OF_PLAN})
    goals: dict[uuid.UUID, Goal] = {}
    for goal in source.goals.order_by("position", "pk"):
        goals[goal.pk] = _copy(goal, plan)
    for factor in source.factors.order_by("position", "pk"):
        _copy(factor, plan)
    for planned in source.planned_actions.order_by("position", "pk"):
        _copy(planned, plan, goal=goals.get(planned.goal_id) if planned.goal_id else None)


#: Columns that a copy does not take over.
OWN = ("id", "plan", "data_key", "version")


def _copy(row: Any, plan: Plan, **others: Any) -> Any:
    """The texts are encrypted again, for the row they are in."""
    taken = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name not in OWN}
    copy = type(row)(plan=plan, data_key_id=plan.data_key_id, **{**taken, **others})
    copy.save(force_insert=True)
    return copy


def row_of(plan: Plan, kind: Kind, row_id: uuid.UUID) -> Row | None:
    """The row, if it is of this version."""
    found: Row | None = _rows(plan, kind).filter(pk=row_id).first()
    return found


def _rows(plan: Plan, kind: Kind) -> models.QuerySet[Any]:
    manager: Any = kind._default_manager
    rows: models.QuerySet[Any] = manager.filter(plan=plan)
    return rows


def _find(plan: Plan, kind: Kind, row_id: uuid.UUID) -> Any:
    """The row to change, or a new one at the end, of version 0. Raises TooMany."""
    row = _rows(plan, kind).filter(pk=row_id).first()
    if row is not None:
        return row
    if (count := _rows(plan, kind).count()) >= MOST_ROWS:
        raise TooMany
    return kind(pk=row_id, plan=plan, data_key_id=plan.data_key_id, position=count, version=0)


def _save(by: User, plan: Plan, row: Any, version: int, values: dict[str, Any]) -> None:
    """Raises Stale if somebody else has changed or removed it; what is stored already has no effect."""
    if row.version and all(getattr(row, name) == value for name, value in values.items()):
        return
    if row.version != version:
        raise stale(plan.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(force_insert=row.version == 1)
    _edited(by, plan)


def _edited(by: User, plan: Plan) -> None:
    """What was proposed is what was seen: each change makes the page that proposes it outdated."""
    store(plan)
    record(PLAN_EDITED, by, plan)
