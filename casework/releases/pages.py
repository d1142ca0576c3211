"""Data of the pages of releases from prison and exit reports for one user."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from casework.cases.forms import StepForm
from casework.cases.models import Action, Case
from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from .forms import BeginReportForm, CancelForm, HandOverForm, MoveForm, WithoutReportForm
from .models import TEXTS_OF_RELEASE, ExitReport, PrisonRelease, ReleaseStep
from .permissions import may_announce, may_approve, may_write, may_write_report
from .vocabulary import PART_LABELS, Phase

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ShownStep:
    """A step with the action that it is; None if the reader may not see that."""

    step: ReleaseStep
    action: Action | None

    @property
    def _now(self) -> Action | ReleaseStep:
        """Says whose it is now, and until when."""
        return self.action or self.step

    @property
    def body(self) -> str:
        return self._now.organisation.name

    @property
    def person(self) -> str:
        return self._now.user.name if self._now.user else ""

    @property
    def due_at(self) -> datetime:
        return self._now.due_at

    @property
    def is_late(self) -> bool:
        return self.action is not None and self.action.is_open and self.action.due_at <= timezone.now()


@dataclass(frozen=True)
class StepsOfBody:
    name: str
    steps: Sequence[ShownStep]


@dataclass(frozen=True)
class ShownPhase:
    code: str
    title: StrOrPromise
    bodies: Sequence[StepsOfBody]

    @property
    def is_the_day(self) -> bool:
        return self.code == Phase.ON


@dataclass(frozen=True)
class ReleasePage:
    """A release as ``user`` sees it."""

    release: PrisonRelease
    user: User

    @cached_property
    def may_write(self) -> bool:
        return may_write(self.user, self.release)

    @cached_property
    def in_case(self) -> bool:
        """Whether the reader reads the case itself, at the centre."""
        return Case.objects.filter(pk=self.release.team_id).exists()

    @cached_property
    def texts(self) -> dict[str, str]:
        """By name; empty where they cannot be decrypted."""
        names = (*TEXTS_OF_RELEASE, "move_reason", "cancel_reason", "no_report_reason")
        return {name: read_or(self.release, partial(getattr, self.release, name), "") for name in names}

    @property
    def may_change(self) -> bool:
        return self.may_write and self.release.is_current

    @property
    def may_move(self) -> bool:
        return self.may_write and self.release.is_ahead

    @cached_property
    def has_report(self) -> bool:
        return ExitReport.objects.handed_over().filter(team=self.release.team_id).exists()

    @property
    def may_do_without_report(self) -> bool:
        is_asked_for = not self.release.is_cancelled and self.release.no_report_at is None
        return is_asked_for and self.may_write and not self.has_report

    @property
    def may_mark_released(self) -> bool:
        return self.may_move and self.release.release_date <= timezone.localdate()

    @cached_property
    def _steps(self) -> list[ShownStep]:
        """In the order in which they are due."""
        steps = list(self.release.steps.select_related("organisation", "user", "data_key"))
        keys = [one.pk for one in steps]
        actions = {one.pk: one for one in Action.objects.select_related("organisation", "user").filter(pk__in=keys)}
        shown = [ShownStep(one, actions.get(one.pk)) for one in steps]
        return sorted(shown, key=lambda one: (one.due_at, one.step.added_at, one.step.pk))

    @property
    def phases(self) -> list[ShownPhase]:
        """Before, the day, after; in each of them by body."""
        return [
            ShownPhase(phase, phase.label, by_body([one for one in self._steps if one.step.phase == phase]))
            for phase in Phase
        ]

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        seen = {"version": self.release.version}
        found: dict[str, Any] = {}
        if self.may_do_without_report:
            found["without_report_form"] = WithoutReportForm(initial=seen)
        if self.may_change:
            found["step_form"] = StepForm(initial=seen)
        if self.may_move:
            found["move_form"] = MoveForm(initial={**seen, "release_date": self.release.release_date})
            found["cancel_form"] = CancelForm(initial=seen)
        return found


def by_body(steps: Sequence[ShownStep]) -> list[StepsOfBody]:
    """The body whose step is due first comes first."""
    bodies = dict.fromkeys(one.body for one in steps)
    return [StepsOfBody(body, [one for one in steps if one.body == body]) for body in bodies]


@dataclass(frozen=True)
class ReleasesOfCase:
    """What the page of the case, and that of the team, says of releases."""

    case_id: uuid.UUID
    user: User
    is_open: bool

    @cached_property
    def rows(self) -> list[PrisonRelease]:
        """The newest first."""
        found = PrisonRelease.objects.with_names().filter(team=self.case_id)
        return list(found.order_by("-announced_at", "pk"))

    @cached_property
    def may_announce(self) -> bool:
        has_current = any(one.is_current for one in self.rows)
        return self.is_open and not has_current and may_announce(self.user, self.case_id)

    @cached_property
    def reports(self) -> list[ExitReport]:
        """The newest first."""
        found = ExitReport.objects.with_names().filter(team=self.case_id)
        return list(found.order_by("-written_at", "pk"))

    @cached_property
    def begin_report_form(self) -> BeginReportForm | None:
        """While there is none in hand."""
        has_one = any(one.is_in_hand for one in self.reports)
        may_begin = self.is_open and not has_one and may_write_report(self.user, self.case_id)
        return BeginReportForm() if may_begin else None


@dataclass(frozen=True)
class ShownPart:
    title: StrOrPromise
    text: str


@dataclass(frozen=True)
class ReportPage:
    """An exit report as ``user`` sees it."""

    report: ExitReport
    user: User

    @cached_property
    def may_write(self) -> bool:
        return may_write_report(self.user, self.report.team_id)

    @cached_property
    def in_case(self) -> bool:
        """Whether the reader reads the case itself, at the centre."""
        return Case.objects.filter(pk=self.report.team_id).exists()

    @property
    def parts(self) -> list[ShownPart]:
        """All six; empty where they cannot be decrypted."""
        return [
            ShownPart(label, read_or(self.report, partial(getattr, self.report, name), ""))
            for name, label in PART_LABELS.items()
        ]

    @cached_property
    def recipient(self) -> str:
        return read_or(self.report, lambda: str(self.report.recipient), "")

    @property
    def may_approve(self) -> bool:
        return self.report.is_discussed and may_approve(self.user, self.report)

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        if not self.may_write or self.report.is_handed_over:
            return {}
        seen = {"version": self.report.version}
        found: dict[str, Any] = {"step_form": StepForm(initial=seen)}
        if self.report.is_approved:
            found["hand_over_form"] = HandOverForm(initial=seen)
        return found
