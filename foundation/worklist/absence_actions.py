"""Entering absences, and taking work from people who are not there."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import record
from foundation.privacy.event_kinds import EventKind

from .absences import Missing, may_enter, people_at
from .events import ABSENCE_ENDED, ABSENCE_ENTERED, WORK_WAITS
from .kinds import ESCALATE, all_kinds
from .models import Absence, WorkItem


@transaction.atomic
def enter_absence(
    *,
    by: User,
    absence_id: uuid.UUID,
    organisation: Organisation,
    person: User,
    starts_on: date,
    ends_on: date | None,
    deputy: User | None,
) -> Absence:
    """Enter days on which somebody is away; a repeated post enters no second ones.

    Raises NotAllowed unless it is their own or a coordinator's to enter, and for people who do not work there.
    """
    working = people_at([organisation.pk])
    named = [person, *([deputy] if deputy else [])]
    if not may_enter(by, organisation.pk, person.pk) or not {(one.pk, organisation.pk) for one in named} <= working:
        raise NotAllowed(Permission.WORK_READ)
    days = {"starts_on": starts_on, "ends_on": ends_on}
    entered = {"user": person, "organisation": organisation, **days, "deputy": deputy, "made_by": by}
    absence, is_new = Absence.objects.get_or_create(pk=absence_id, defaults=entered)
    if is_new:
        _record(ABSENCE_ENTERED, by, absence)
    return absence


@transaction.atomic
def end_absence(*, by: User, absence_id: uuid.UUID) -> None:
    """The person is back, or does not go. A repeat has no effect. What others took stays with them."""
    absence = Absence.objects.select_for_update(no_key=True).filter(pk=absence_id).first()
    if absence is None or not may_enter(by, absence.organisation_id, absence.user_id):
        raise NotAllowed(Permission.WORK_READ)
    if absence.ended_at is None:
        _end(by, absence)


@transaction.atomic
def end_past_absences(*, by: User, now: datetime) -> None:
    """End those whose last day is over. Run by the service of the deadlines."""
    past = Absence.objects.not_ended().filter(ends_on__lt=now.date()).select_related("organisation")
    for absence in past.select_for_update(no_key=True, of=("self",)):
        if absence.ends_on and absence.ends_on < now.astimezone(absence.organisation.zone).date():
            _end(by, absence)


@transaction.atomic
def release(*, by: User, item_id: uuid.UUID, missing: Missing) -> None:
    """Take an item from somebody who is not there: to the deputy or the shift, else before the coordinators.

    What was done or given to another meanwhile is left alone.
    """
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.WORK_READ)
    theirs = WorkItem.objects.filter(pk=item_id, user=missing.user)
    item = theirs.first()
    if item is None:
        return
    kind = all_kinds()[item.kind]
    if kind.lock:
        import_string(kind.lock)(item.subject)
    if not theirs.exists():
        return
    if kind.release and item.centre_id == item.organisation_id:
        import_string(kind.release)(by=by, subject=item.subject, away=missing.user, to=missing.deputy)
    elif theirs.filter(is_escalated=False).update(is_escalated=True):
        _record_waiting(by, item)
        if ESCALATE in kind.steps:
            import_string(kind.run)(by=by, subject=item.subject, step=ESCALATE, now=timezone.now())


def _end(by: User, absence: Absence) -> None:
    absence.ended_at = timezone.now()
    absence.save(update_fields=["ended_at"])
    _record(ABSENCE_ENDED, by, absence)


def _record_waiting(by: User, item: WorkItem) -> None:
    tell = (organisation_group(item.centre_id),) if item.centre_id else ()
    data = {"kind": item.kind, "user": item.user_id}
    record(WORK_WAITS, by=by, subject=item.subject, centre=item.centre_id, data=data, tell=tell)


def _record(kind: EventKind, by: User, absence: Absence) -> None:
    data = {
        "user": absence.user_id,
        "starts_on": absence.starts_on.isoformat(),
        "ends_on": absence.ends_on.isoformat() if absence.ends_on else None,
        "deputy": absence.deputy_id,
    }
    centre = absence.organisation_id
    record(kind, by=by, subject=absence.pk, centre=centre, data=data, tell=(organisation_group(centre),))
