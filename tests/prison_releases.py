"""Releases from prison for tests, made with the real actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from people import as_user, new_id

from casework.cases.models import Case, Strand
from casework.releases import actions, report_actions
from casework.releases.models import ExitReport, PrisonRelease, ReleaseStep
from casework.releases.step_actions import add_step
from casework.releases.vocabulary import Phase
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as

TEXTS = {
    "establishment": "Prison of the town",
    "treatment_now": "Talks every week with an exit programme.",
    "treatment_after": "The talks go on.",
    "conditions": "Reports to the probation office.",
}
PARTS = {
    "residual_risks": "Old friends still write to him.",
    "strategies": "Short appointments, always with the same person.",
    "risk_of_return": "Low while he works.",
    "self_assessment": "Every Sunday he looks at his week.",
    "behaviours": "He withdraws; then he calls his sister.",
    "help": "The centre, on any weekday.",
}


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def announced(by: User, case: Case, organisation: Organisation | None = None, **values: Any) -> PrisonRelease:
    """In forty days; of the centre it is of who made the case."""
    of_centre = case.contact_person if organisation in (None, case.centre) else None
    said = {"release_id": new_id(), "release_date": in_days(40), "user": of_centre, **TEXTS, **values}
    answers = organisation or case.centre
    made: PrisonRelease = as_user(by, actions.announce, by=by, case_id=case.pk, organisation=answers, **said)
    return made


def step(by: User, action: Callable[..., None], release: PrisonRelease, **values: Any) -> PrisonRelease:
    """Take a step with what is stored now."""
    now = stored(release, by)
    as_user(by, action, by=by, release_id=release.pk, **{"version": now.version, **values})
    return stored(release, by)


def cancelled(by: User, release: PrisonRelease) -> PrisonRelease:
    return step(by, actions.cancel, release, reason="He stays.")


def without_report(by: User, release: PrisonRelease) -> PrisonRelease:
    return step(by, actions.do_without_report, release, reason="He went abroad.")


def released(by: User, release: PrisonRelease) -> PrisonRelease:
    """The date moves to today before."""
    if release.release_date > timezone.localdate():
        step(by, actions.move_date, release, release_date=timezone.localdate(), reason="earlier")
    return step(by, actions.mark_released, release)


def stored(release: PrisonRelease, reader: User) -> PrisonRelease:
    with acting_as(reader, purpose="test"):
        return PrisonRelease.objects.with_names().get(pk=release.pk)


def with_step(by: User, release: PrisonRelease, **values: Any) -> ReleaseStep:
    """A week before, by default the shift's."""
    said = {
        "step_id": new_id(),
        "phase": Phase.BEFORE,
        "days": 7,
        "organisation": release.centre,
        "user": None,
        "strand": Strand.SOCIAL,
        "text": "Find a flat.",
        **values,
    }
    made: ReleaseStep = as_user(by, add_step, by=by, release_id=release.pk, **said)
    return made


def begun_report(by: User, case: Case, **values: Any) -> ExitReport:
    said = {"report_id": new_id(), **values}
    made: ExitReport = as_user(by, report_actions.begin_report, by=by, case_id=case.pk, **said)
    return made


def written(by: User, case: Case, **parts: str) -> ExitReport:
    return report_step(by, report_actions.write_report, begun_report(by, case), **{**PARTS, **parts})


def report_step(by: User, action: Callable[..., None], report: ExitReport, **values: Any) -> ExitReport:
    """Take a step with what is stored now."""
    now = stored_report(report, by)
    as_user(by, action, by=by, report_id=report.pk, version=now.version, **values)
    return stored_report(report, by)


def stored_report(report: ExitReport, reader: User) -> ExitReport:
    with acting_as(reader, purpose="test"):
        return ExitReport.objects.with_names().get(pk=report.pk)


def approved_report(by: User, second: User, case: Case) -> ExitReport:
    report = report_step(by, report_actions.mark_discussed, written(by, case))
    return report_step(second, report_actions.approve, report)
