"""Adds steps to a release. They are carried as all actions are (casework/cases/work_actions.py)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from casework.cases.models import Action, Strand
from casework.cases.work_actions import insert_action, record_dropped_and_moved
from foundation.accounts.models import Organisation, User
from foundation.journal.stale import stale
from regions.recent_calendars import recent_calendar
from triage.due_times import steps_from

from .due_times import at_noon
from .locking import lock_release
from .models import PrisonRelease, ReleaseStep
from .permissions import check_chosen, who_can_do_steps
from .vocabulary import Phase


class Over(Exception):
    """The step would have been due before now."""


@transaction.atomic
def add_step(
    *,
    by: User,
    step_id: uuid.UUID,
    release_id: uuid.UUID,
    phase: Phase,
    days: int,
    organisation: Organisation,
    user: User | None,
    strand: Strand,
    text: str,
) -> ReleaseStep:
    """Add a step to a current release, and the action that it is. A repeated post adds no second one.

    Raises Stale, NotResponsible, Over.
    """
    release = lock_release(by, release_id)
    known = ReleaseStep.objects.filter(pk=step_id, release=release).first()
    if known:
        return known
    if not release.is_current:
        raise stale(release_id)
    check_chosen(who_can_do_steps(release.team_id, release.centre), organisation, user)
    step = ReleaseStep(pk=step_id, release=release, data_key_id=release.data_key_id, phase=phase, days=days)
    step.organisation, step.user = organisation, user
    step.strand, step.text, step.added_by = strand, text, by
    step.due_at, step.steps_at = _times(step, release, release.release_date)
    if step.due_at <= timezone.now():
        raise Over
    step.save(force_insert=True)
    insert_action(by=by, action=_action(release, step))
    return step


def _times(step: ReleaseStep, release: PrisonRelease, release_date: date) -> tuple[datetime, list[datetime]]:
    calendar = recent_calendar(release.centre_id, timezone.now())
    due_at = at_noon(step.day(release_date), calendar)
    return due_at, steps_from(due_at, calendar)


def _action(release: PrisonRelease, step: ReleaseStep) -> Action:
    action = Action(pk=step.pk, case_id=release.team_id, centre_id=release.centre_id, data_key_id=step.data_key_id)
    action.text = step.text
    action.strand = step.strand
    action.is_shared = True
    action.organisation, action.user = step.organisation, step.user
    action.due_at = step.due_at
    return action


def move_steps(*, by: User, release: PrisonRelease, release_date: date) -> None:
    """Move the steps with the date of a locked release; a trigger moves those of their actions that are open.

    Their people are told.
    """
    steps = {step.pk: step for step in release.steps.order_by("pk")}
    before = list(Action.objects.open().filter(pk__in=steps).order_by("pk"))
    for step in steps.values():
        step.due_at, step.steps_at = _times(step, release, release_date)
        step.save(update_fields=["due_at", "steps_at"])
    still_open = set(Action.objects.open().filter(pk__in=steps).values_list("pk", flat=True))
    moved = [(one, steps[one.pk].due_at) for one in before if one.pk in still_open]
    record_dropped_and_moved(by=by, dropped=[], moved=moved)


def record_dropped(*, by: User, release: PrisonRelease) -> None:
    """Say of which steps a trigger has dropped the actions with a release that was just cancelled."""
    dropped = Action.objects.filter(pk__in=release.steps.values("pk"), ended_at=release.ended_at)
    record_dropped_and_moved(by=by, dropped=list(dropped.order_by("pk")), moved=[])
