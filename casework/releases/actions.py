"""All steps of a release from prison: it is announced, changed, moved, prepared; the person is released; settled."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.reviews.actions import record_dropped_with, record_moved_with
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from regions.recent_calendars import recent_calendar

from .closing import is_report_missing
from .due_times import while_announced, while_prepared, while_released
from .events import (
    PRISON_RELEASE_ANNOUNCED,
    PRISON_RELEASE_CANCELLED,
    PRISON_RELEASE_CHANGED,
    PRISON_RELEASE_MOVED,
    PRISON_RELEASE_OVERDUE,
    PRISON_RELEASE_PREPARED,
    PRISON_RELEASE_RELEASED,
    PRISON_RELEASE_RETURNED,
    PRISON_RELEASE_SETTLED,
    PRISON_RELEASE_UNPREPARED,
    PRISON_RELEASE_WITHOUT_REPORT,
)
from .locking import lock_release, lock_team_to_write
from .models import PrisonRelease
from .permissions import check_chosen, who_can_be_responsible
from .planned_reviews import plan_reviews
from .recording import record, store
from .states import TRANSITIONS, PrisonReleaseState
from .step_actions import move_steps, record_dropped
from .work import Step

R = PrisonReleaseState


class StillInPrison(Exception):
    """The date of the release is not here yet. Whoever is released earlier has another date first."""


@transaction.atomic
def announce(
    *,
    by: User,
    release_id: uuid.UUID,
    case_id: uuid.UUID,
    release_date: date,
    organisation: Organisation,
    user: User | None,
    **texts: str,
) -> PrisonRelease:
    """Announce a release of an open case. A repeated post announces one. ``texts``: TEXTS_OF_RELEASE.

    Raises NotAllowed, NotResponsible, and Stale for a closed case, or while there is a current one.
    """
    team = lock_team_to_write(by, case_id)
    known = PrisonRelease.objects.filter(pk=release_id, team=case_id).first()
    if known:
        return known
    check_chosen(who_can_be_responsible(team.pk, team.centre), organisation, user)
    release = PrisonRelease(pk=release_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id)
    release.organisation, release.user = organisation, user
    release.release_date = release_date
    release.announced_by = by
    for name, text in texts.items():
        setattr(release, name, text)
    now = timezone.now()
    release.due_at, release.steps_at = while_announced(release_date, now, recent_calendar(team.centre_id, now))
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError as error:  # another one is current
        raise stale(case_id) from error
    record(PRISON_RELEASE_ANNOUNCED, by, release, also=[user.pk if user else None])
    plan_reviews(by, release)
    return release


@transaction.atomic
def change(
    *,
    by: User,
    release_id: uuid.UUID,
    version: int,
    organisation: Organisation,
    user: User | None,
    **texts: str,
) -> None:
    """Change the texts of a current release, and who answers for it. A repeat has no effect.

    Raises Stale, NotResponsible.
    """
    release = lock_release(by, release_id)
    values: dict[str, Any] = {"organisation": organisation, "user": user, **texts}
    if all(getattr(release, name) == value for name, value in values.items()):
        return
    if release.version != version or not release.is_current:
        raise stale(release_id)
    before = release.user_id
    if (release.organisation_id, before) != (organisation.pk, user.pk if user else None):
        check_chosen(who_can_be_responsible(release.team_id, release.centre), organisation, user)
    store(release, **values)
    record(PRISON_RELEASE_CHANGED, by, release, also=[before, release.user_id])


@transaction.atomic
def move_date(*, by: User, release_id: uuid.UUID, version: int, release_date: date, reason: str) -> None:
    """Set another date while the person is in prison; open steps and reviews move with it. Raises Stale.

    A repeat has no effect.
    """
    release = lock_release(by, release_id)
    if release.release_date == release_date:
        return
    if release.version != version or not release.is_ahead:
        raise stale(release_id)
    before = release.release_date
    times = _times(release, release_date, PrisonReleaseState(release.state))
    move_steps(by=by, release=release, release_date=release_date)
    record_moved_with(by=by, case_id=release.team_id, about=release.pk)
    store(release, release_date=release_date, move_reason=reason, escalated_at=None, **times)
    dates: dict[str, Any] = {"from": before.isoformat(), "until": release_date.isoformat()}
    record(PRISON_RELEASE_MOVED, by, release, also=[release.user_id], **dates)


def _times(release: PrisonRelease, day: date, state: PrisonReleaseState) -> dict[str, Any]:
    now = timezone.now()
    calendar = recent_calendar(release.centre_id, now)
    if state == R.RELEASED:
        due_at, steps_at = while_released(day, calendar)
    elif state == R.PREPARED:
        due_at, steps_at = while_prepared(day, calendar)
    else:
        due_at, steps_at = while_announced(day, now, calendar)
    return {"due_at": due_at, "steps_at": steps_at}


@transaction.atomic
def mark_prepared(*, by: User, release_id: uuid.UUID, version: int) -> None:
    """All is prepared. Raises Stale. A repeat has no effect."""
    release = lock_release(by, release_id)
    if release.state == R.PREPARED:
        return
    _check(release, version, R.PREPARED)
    times = _times(release, release.release_date, R.PREPARED)
    _move(by, release, R.PREPARED, PRISON_RELEASE_PREPARED, prepared_at=timezone.now(), **times)


@transaction.atomic
def mark_released(*, by: User, release_id: uuid.UUID, version: int) -> None:
    """The person was released on the date. Raises Stale, StillInPrison. A repeat has no effect."""
    release = lock_release(by, release_id)
    if release.state == R.RELEASED:
        return
    _check(release, version, R.RELEASED)
    if release.release_date > timezone.localdate():
        raise StillInPrison
    times = _times(release, release.release_date, R.RELEASED)
    _move(by, release, R.RELEASED, PRISON_RELEASE_RELEASED, released_at=timezone.now(), **times)


@transaction.atomic
def mark_settled(*, by: User, release_id: uuid.UUID, version: int) -> None:
    """The person has settled: nothing more follows from the release. Raises Stale. A repeat has no effect."""
    release = lock_release(by, release_id)
    if release.state == R.SETTLED:
        return
    _check(release, version, R.SETTLED)
    _move(by, release, R.SETTLED, PRISON_RELEASE_SETTLED, **_ended(by))


@transaction.atomic
def cancel(*, by: User, release_id: uuid.UUID, version: int, reason: str) -> None:
    """There is no release after all; its open steps and reviews are dropped. Raises Stale. A repeat has no effect."""
    release = lock_release(by, release_id)
    if release.state == R.CANCELLED and release.ended_by_id == by.pk and release.cancel_reason == reason:
        return
    _check(release, version, R.CANCELLED)
    ended = _ended(by)
    _move(by, release, R.CANCELLED, PRISON_RELEASE_CANCELLED, cancel_reason=reason, **ended)
    record_dropped(by=by, release=release)
    record_dropped_with(by=by, case_id=release.team_id, about=release.pk, ended_at=ended["ended_at"])


@transaction.atomic
def do_without_report(*, by: User, release_id: uuid.UUID, version: int, reason: str) -> None:
    """Say why there is no exit report, so that the case can be closed. Raises Stale. A repeat has no effect."""
    release = lock_release(by, release_id)
    if release.no_report_at and release.no_report_reason == reason:
        return
    if release.version != version or release.is_cancelled:
        raise stale(release_id)
    store(release, no_report_reason=reason, no_report_at=timezone.now(), no_report_by=by)
    record(PRISON_RELEASE_WITHOUT_REPORT, by, release)


def end_with_team(*, by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    """With the case, what is ahead is cancelled, and who is released has settled.

    ``organisation_id``: of a body that leaves; a trigger gives its releases to the shift of the centre.
    """
    current = PrisonRelease.objects.current().filter(team=case_id).order_by("pk").select_for_update(no_key=True)
    if organisation_id is None and is_report_missing(case_id):
        return  # closing is refused: nothing may be cancelled, which would no longer ask for the report
    for release in current:
        if organisation_id is not None:
            if release.organisation_id == organisation_id:
                record(PRISON_RELEASE_RETURNED, by, release, organisation=organisation_id)
        elif release.is_ahead:
            _move(by, release, R.CANCELLED, PRISON_RELEASE_CANCELLED, **_ended(by))
            record_dropped(by=by, release=release)
        else:
            _move(by, release, R.SETTLED, PRISON_RELEASE_SETTLED, **_ended(by))


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """It is not prepared in time, or nobody says how it went: the coordinators see it. The release is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    release = PrisonRelease.objects.current().filter(pk=subject).first()
    if release is None or step != Step.ESCALATE:
        return
    is_unprepared = release.is_announced and now <= release.due_at
    store(release, escalated_at=now)
    record(PRISON_RELEASE_UNPREPARED if is_unprepared else PRISON_RELEASE_OVERDUE, by, release, also=[release.user_id])


def _check(release: PrisonRelease, version: int, to: PrisonReleaseState) -> None:
    if release.version != version or to not in TRANSITIONS[PrisonReleaseState(release.state)]:
        raise stale(release.pk)


def _ended(by: User) -> dict[str, Any]:
    return {"ended_at": timezone.now(), "ended_by": by}


def _move(by: User, release: PrisonRelease, to: PrisonReleaseState, kind: EventKind, **values: Any) -> None:
    store(release, state=to, escalated_at=None, **values)
    record(kind, by, release, also=[release.user_id])
