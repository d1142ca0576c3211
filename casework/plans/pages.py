"""Data of the pages of plans for one user."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Action, Case
from casework.cases.permissions import is_open
from casework.teams.models import Member
from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from .models import TEXTS_OF_PLAN, Agreement, Factor, Goal, GoalOutcome, Plan, PlannedAction
from .permissions import may_answer, may_plan
from .states import OBJECTS
from .vocabulary import Change, Outcome
from .warnings import AT_ONCE, BODIES_AT_ONCE, MOST_BODIES, PlannedGoal, PlannedStep, Warn, warnings

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise

#: What is weak, and why that matters.
WORDS: Mapping[Warn, tuple[StrPromise, StrPromise]] = {
    Warn.NO_MEASURE: (
        _("Goals without a measure"),
        _("Nobody can say later whether they were reached: how one sees it, or how it should be, is missing."),
    ),
    Warn.NO_DATE: (_("Goals without a date"), _("Without a date nobody looks whether they were reached.")),
    Warn.NO_ACTION: (_("Goals for which nothing is planned"), _("No action serves them.")),
    Warn.NOBODY: (_("Actions without a person"), _("They lie with the shift until somebody takes them.")),
    Warn.ONE_STRAND: (
        _("Only one strand"),
        _("Social support and security belong together. All actions are of the same strand."),
    ),
    Warn.AT_ONCE: (
        _("Several bodies begin at the same time"),
        _("Three or more begin within one week. That can be too much for the person at once."),
    ),
    Warn.MANY_BODIES: (
        _("Many bodies"),
        _("More than six bodies have something to do. That is hard to coordinate, and hard to bear for the person."),
    ),
}
assert (BODIES_AT_ONCE, AT_ONCE.days, MOST_BODIES) == (3, 7, 6), "the words above say these numbers"


@dataclass(frozen=True)
class ShownWarning:
    """``rows``: of the plan, with their text, so that a reader can explain why it stands there."""

    title: StrOrPromise
    why: StrOrPromise
    rows: Sequence[Goal | PlannedAction]


@dataclass(frozen=True)
class ShownGoal:
    """``outcome``: the last one."""

    goal: Goal
    outcome: GoalOutcome | None

    @property
    def is_incomplete(self) -> bool:
        return not (self.goal.measure and self.goal.target and self.goal.due_on)


@dataclass(frozen=True)
class ShownStep:
    """A planned action. ``action``: what it has become; None before, or if the reader may not see it."""

    planned: PlannedAction
    action: Action | None
    person: str
    #: Whether the body is still in the team, or the centre.
    is_in_team: bool
    #: Where it lies in the time of the whole plan, in percent.
    bar: Bar
    #: Since the version in force; None in what is in force or over.
    change: Change | None


@dataclass(frozen=True)
class Bar:
    start: int
    length: int


@dataclass(frozen=True)
class OfBody:
    name: str
    steps: Sequence[ShownStep]


@dataclass(frozen=True)
class PlanPage:
    """A version of a plan as ``user`` sees it. Its parts are queried when they are shown."""

    plan: Plan
    user: User

    @cached_property
    def may_plan(self) -> bool:
        return may_plan(self.user, self.plan.team_id)

    @property
    def may_edit(self) -> bool:
        return self.may_plan and self.plan.is_draft

    @cached_property
    def in_case(self) -> bool:
        """Whether the reader reads the case itself, at the centre."""
        return Case.objects.filter(pk=self.plan.team_id).exists()

    @cached_property
    def texts(self) -> dict[str, str]:
        """The plan's own texts by name; empty where they cannot be decrypted."""
        return {name: read_or(self.plan, partial(getattr, self.plan, name), "") for name in ("cause", *TEXTS_OF_PLAN)}

    @cached_property
    def members(self) -> dict[int, Member]:
        found = Member.objects.in_team().select_related("person").filter(team=self.plan.team_id)
        return {one.organisation_id: one for one in found}

    @cached_property
    def _goals(self) -> list[Goal]:
        return list(self.plan.goals.select_related("data_key").order_by("position", "pk"))

    @cached_property
    def _planned(self) -> list[PlannedAction]:
        found = self.plan.planned_actions.select_related("organisation", "user", "data_key")
        return list(found.order_by("position", "pk"))

    @cached_property
    def factors(self) -> list[Factor]:
        return list(self.plan.factors.select_related("data_key").order_by("position", "pk"))

    @cached_property
    def _actions(self) -> dict[uuid.UUID, Action]:
        keys = [one.action_id for one in self._planned]
        return {one.pk: one for one in Action.objects.filter(pk__in=keys)}

    @cached_property
    def _outcomes(self) -> dict[uuid.UUID, GoalOutcome]:
        """The last one of each goal."""
        rows = GoalOutcome.objects.filter(team=self.plan.team_id).select_related("noted_by", "data_key")
        return {one.goal_id: one for one in rows.order_by("noted_at", "pk")}

    @cached_property
    def _due_before(self) -> dict[uuid.UUID, datetime]:
        return Plan.objects.of_case(self.plan.team_id).in_force().due_times()

    def _change(self, planned: PlannedAction) -> Change | None:
        is_next = self.plan.is_draft or self.plan.is_proposed
        return planned.change_since(self._due_before) if is_next else None

    @cached_property
    def steps(self) -> list[ShownStep]:
        """In the order in which they begin."""
        bars = _bars(self._planned)
        shown = [
            ShownStep(
                one,
                self._actions.get(one.action_id),
                self._person(one),
                self._is_in_team(one),
                bars[one.pk],
                self._change(one),
            )
            for one in self._planned
        ]
        return sorted(shown, key=lambda step: (step.bar.start, step.planned.due_at, step.planned.position))

    def _person(self, planned: PlannedAction) -> str:
        if planned.organisation_id == self.plan.centre_id:
            return planned.user.name if planned.user else ""
        member = self.members.get(planned.organisation_id)
        return member.person.name if member and member.person else ""

    def _is_in_team(self, planned: PlannedAction) -> bool:
        return planned.organisation_id in {self.plan.centre_id, *self.members}

    @property
    def by_body(self) -> list[OfBody]:
        """The timeline: of each body its actions, those first that begin first."""
        bodies = {step.planned.organisation_id: step.planned.organisation.name for step in self.steps}
        return [
            OfBody(name, [one for one in self.steps if one.planned.organisation_id == body])
            for body, name in bodies.items()
        ]

    @property
    def goals(self) -> list[ShownGoal]:
        return [ShownGoal(goal, self._outcomes.get(goal.goal_id)) for goal in self._goals]

    @cached_property
    def warnings(self) -> list[ShownWarning]:
        rows: dict[uuid.UUID, Goal | PlannedAction] = {one.pk: one for one in self._goals}
        rows |= {one.pk: one for one in self._planned}
        over = {key for key, noted in self._outcomes.items() if noted.outcome in (Outcome.MET, Outcome.GIVEN_UP)}
        goals = [
            PlannedGoal(one.pk, _has_measure(one), one.due_on is not None, one.goal_id in over) for one in self._goals
        ]
        found = warnings(goals, [self._planned_step(one) for one in self._planned])
        return [ShownWarning(*WORDS[one.what], [rows[key] for key in one.about]) for one in found]

    def _planned_step(self, one: PlannedAction) -> PlannedStep:
        person = bool(self._person(one))
        return PlannedStep(one.pk, one.organisation_id, one.strand, one.starts_on, one.goal_id, person)

    @cached_property
    def agreements(self) -> list[Agreement]:
        """Of the last time it was proposed."""
        found = self.plan.agreements.select_related("organisation", "user", "answered_by", "data_key")
        return list(found.filter(asked_at=F("plan__proposed_at")).order_by("organisation__name", "pk"))

    @property
    def objections(self) -> list[Agreement]:
        return [one for one in self.agreements if one.state in OBJECTS]

    @cached_property
    def to_answer(self) -> list[Agreement]:
        """For the bodies of the reader, while the plan is proposed."""
        if not self.plan.is_proposed:
            return []
        return [one for one in self.agreements if one.is_waiting and may_answer(self.user, one)]

    @cached_property
    def versions(self) -> list[Plan]:
        """All that the reader may see, the newest first."""
        return list(Plan.objects.of_case(self.plan.team_id).select_related("written_by").order_by("-number"))

    @property
    def next(self) -> Plan | None:
        """The version that is written or proposed beside this one."""
        return next((one for one in self.versions if one.is_draft or one.is_proposed), None)

    @property
    def may_begin_version(self) -> bool:
        return self.may_plan and self.plan.is_in_force and self.next is None and is_open(self.plan.team_id)

    @property
    def has_text_for_person(self) -> bool:
        rows: list[Goal | PlannedAction] = [*self._goals, *self._planned]
        plain = any(read_or(one, partial(getattr, one, "plain"), "") for one in rows)
        return plain or bool(self.texts["own_aims"] or self.texts["agreed_to"])


def _has_measure(goal: Goal) -> bool:
    """Of one that cannot be decrypted nothing is said."""
    return read_or(goal, lambda: bool(goal.measure and goal.target), True)


def _bars(planned: Sequence[PlannedAction]) -> dict[uuid.UUID, Bar]:
    """Where each action lies between the first beginning and the last due time."""
    spans = {one.pk: (one.starts_on or timezone.localdate(), timezone.localdate(one.due_at)) for one in planned}
    if not spans:
        return {}
    first, last = min(start for start, _ in spans.values()), max(end for _, end in spans.values())
    days = max((last - first).days, 1)

    def share(day: int) -> int:
        return min(max(round(100 * day / days), 0), 100)

    bars = {}
    for key, (start, end) in spans.items():
        begins = min(share((start - first).days), 97)
        bars[key] = Bar(begins, max(share((end - first).days) - begins, 3))
    return bars


@dataclass(frozen=True)
class PlanInBrief:
    """What the page of the case, and that of the team, says of the plan."""

    case_id: uuid.UUID
    user: User

    @cached_property
    def _plans(self) -> list[Plan]:
        return list(Plan.objects.of_case(self.case_id).select_related("data_key").order_by("-number"))

    @cached_property
    def in_force(self) -> PlanPage | None:
        return next((PlanPage(one, self.user) for one in self._plans if one.is_in_force), None)

    @cached_property
    def next(self) -> PlanPage | None:
        found = (one for one in self._plans if one.is_draft or one.is_proposed)
        return next((PlanPage(one, self.user) for one in found), None)

    @property
    def may_begin(self) -> bool:
        """The first plan."""
        return not self.in_force and not self.next and may_plan(self.user, self.case_id) and is_open(self.case_id)
