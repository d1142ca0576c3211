"""What is weak in a plan, for any plan."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.plans.warnings import AT_ONCE, BODIES_AT_ONCE, MOST_BODIES, PlannedGoal, PlannedStep, Warn, warnings

DAY = date(2026, 3, 2)
keys = st.uuids(version=4)
goals_of = st.lists(st.builds(PlannedGoal, keys, st.booleans(), st.booleans(), st.booleans()), max_size=5)
days = st.none() | st.integers(0, 40).map(lambda number: DAY + timedelta(days=number))
strands = st.sampled_from(["social", "security"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[PlannedGoal], list[PlannedStep]]:
    goals = draw(goals_of)
    aims = st.sampled_from([None, *(goal.id for goal in goals)])
    steps = st.builds(PlannedStep, keys, st.integers(1, 9), strands, days, aims, st.booleans())
    return goals, draw(st.lists(steps, max_size=12))


def step(body: int, starts: int | None, strand: str = "social") -> PlannedStep:
    on = None if starts is None else DAY + timedelta(days=starts)
    return PlannedStep(uuid.uuid4(), body, strand, on, None, True)


@given(plans())
def test_each_warning_names_what_it_is_about_and_nothing_else(
    plan: tuple[list[PlannedGoal], list[PlannedStep]],
) -> None:
    goals, steps = plan
    known = {one.id for one in [*goals, *steps]}
    found = warnings(goals, steps)
    assert all(one.about and set(one.about) <= known for one in found)
    assert [one.what for one in found] == [what for what in Warn if what in {one.what for one in found}]


@given(plans())
def test_warnings_say_what_the_rules_say(plan: tuple[list[PlannedGoal], list[PlannedStep]]) -> None:
    goals, steps = plan
    found = {one.what: set(one.about) for one in warnings(goals, steps)}
    pursued = [goal for goal in goals if not goal.is_over]
    assert found.get(Warn.NO_MEASURE, set()) == {goal.id for goal in pursued if not goal.has_measure}
    assert found.get(Warn.NO_DATE, set()) == {goal.id for goal in pursued if not goal.has_date}
    assert found.get(Warn.NO_ACTION, set()) == {goal.id for goal in pursued} - {step.goal for step in steps}
    assert found.get(Warn.NOBODY, set()) == {step.id for step in steps if not step.has_person}
    assert (Warn.ONE_STRAND in found) == (len({step.strand for step in steps}) == 1)
    assert (Warn.MANY_BODIES in found) == (len({step.body for step in steps}) > MOST_BODIES)
    first = {body: min(s.starts_on for s in steps if s.body == body and s.starts_on) for body in _with_start(steps)}
    weeks = [sum(begins <= other < begins + AT_ONCE for other in first.values()) for begins in first.values()]
    assert (Warn.AT_ONCE in found) == (max(weeks, default=0) >= BODIES_AT_ONCE)


def _with_start(steps: list[PlannedStep]) -> set[int]:
    return {step.body for step in steps if step.starts_on}


def test_three_bodies_within_seven_days_begin_at_once_and_on_the_eighth_not() -> None:
    assert [one.what for one in warnings([], [step(1, 0), step(2, 3), step(3, 6, "security")])] == [Warn.AT_ONCE]
    assert warnings([], [step(1, 0), step(2, 3), step(3, 7, "security")]) == []


def test_second_start_of_a_body_does_not_count() -> None:
    steps = [step(1, 0), step(2, 20), step(2, 0), step(3, 30, "security"), step(3, 31)]
    assert warnings([], steps) == []
