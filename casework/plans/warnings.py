"""What is weak in a plan, each with the rows that it is about. Pure; a warning explains and never blocks.

Rules of docs/domain.md, step 7: social and security aspects together, one responsible for each action, not all at once,
few interveners, goals that can be measured.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: So many bodies that begin within so many days are too much for a person at once.
BODIES_AT_ONCE = 3
AT_ONCE = timedelta(days=7)
#: More bodies than this are hard to coordinate, and for the person hard to bear.
MOST_BODIES = 6


class Warn(StrEnum):
    NO_MEASURE = "no_measure"
    NO_DATE = "no_date"
    NO_ACTION = "no_action"
    NOBODY = "nobody"
    ONE_STRAND = "one_strand"
    AT_ONCE = "at_once"
    MANY_BODIES = "many_bodies"


@dataclass(frozen=True)
class PlannedGoal:
    """``has_measure``: how one sees that it is reached, with the target."""

    id: uuid.UUID
    has_measure: bool
    has_date: bool
    is_over: bool = False


@dataclass(frozen=True)
class PlannedStep:
    """``starts_on``: None if nobody said when it begins. ``has_person``: whether somebody is responsible."""

    id: uuid.UUID
    body: int
    strand: str
    starts_on: date | None
    goal: uuid.UUID | None
    has_person: bool


@dataclass(frozen=True)
class PlanWarning:
    """``about``: the rows that lead to it, in the order of the plan."""

    what: Warn
    about: tuple[uuid.UUID, ...]


def warnings(goals: Sequence[PlannedGoal], steps: Sequence[PlannedStep]) -> list[PlanWarning]:
    """In the order of ``Warn``."""
    return [*_of_goals(goals, steps), *_of_steps(steps)]


def _of_goals(goals: Sequence[PlannedGoal], steps: Sequence[PlannedStep]) -> Iterator[PlanWarning]:
    pursued = [goal for goal in goals if not goal.is_over]
    served = {step.goal for step in steps}
    yield from _some(Warn.NO_MEASURE, [goal.id for goal in pursued if not goal.has_measure])
    yield from _some(Warn.NO_DATE, [goal.id for goal in pursued if not goal.has_date])
    yield from _some(Warn.NO_ACTION, [goal.id for goal in pursued if goal.id not in served])


def _of_steps(steps: Sequence[PlannedStep]) -> Iterator[PlanWarning]:
    yield from _some(Warn.NOBODY, [step.id for step in steps if not step.has_person])
    if len({step.strand for step in steps}) == 1:
        yield PlanWarning(Warn.ONE_STRAND, tuple(step.id for step in steps))
    yield from _some(Warn.AT_ONCE, _begin_together(steps))
    bodies = {step.body: step.id for step in reversed(steps)}
    if len(bodies) > MOST_BODIES:
        yield PlanWarning(Warn.MANY_BODIES, tuple(step.id for step in steps if bodies[step.body] == step.id))


def _begin_together(steps: Sequence[PlannedStep]) -> list[uuid.UUID]:
    """Steps of the first week in which too many bodies begin; of each body its first start counts."""
    first: dict[int, PlannedStep] = {}
    for step in steps:
        if step.starts_on and (step.body not in first or step.starts_on < (first[step.body].starts_on or date.max)):
            first[step.body] = step
    starts = sorted(((step.starts_on, step.id) for step in first.values() if step.starts_on), key=lambda one: one[0])
    for begins, _ in starts:
        week = [key for on, key in starts if begins <= on < begins + AT_ONCE]
        if len(week) >= BODIES_AT_ONCE:
            return [step.id for step in steps if step.id in week]
    return []


def _some(what: Warn, about: Sequence[uuid.UUID]) -> Iterator[PlanWarning]:
    if about:
        yield PlanWarning(what, tuple(about))
