"""Erasing dossiers, and keeping them from it."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import connection, transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record

from .events import ERASURE_DECIDED, ERASURE_WITHDRAWN, HOLD_ENDED, HOLD_SET
from .models import Erasure, ErasureReason, Hold, HoldReason


class Outcome(StrEnum):
    """What became of an erasure."""

    ERASED = "erased"
    HELD = "held"
    BUSY = "busy"
    """A call runs, or figures are not counted yet: a later run does it."""
    NONE = "none"
    """Not decided, withdrawn, or carried out before."""


@transaction.atomic
def decide_erasure(*, by: User, erasure_id: uuid.UUID, subject: uuid.UUID, reason: ErasureReason) -> Erasure:
    """Decide that the dossier of a contact or case is erased. A repeat, or a second decision, changes nothing.

    Raises NotAllowed if it is not of a centre whose data protection officer the actor is.
    """
    known = Erasure.objects.filter(pk=erasure_id).first() or Erasure.objects.waiting().filter(subject=subject).first()
    if known:
        return known
    centre = _centre_of(by, subject, Permission.ERASURE_DECIDE)
    erasure = Erasure(pk=erasure_id, centre_id=centre, subject=subject, reason=reason, decided_by=by)
    erasure.save(force_insert=True)
    record(ERASURE_DECIDED, by=by, subject=erasure_id, centre=centre, data={"dossier": str(subject)})
    return erasure


@transaction.atomic
def withdraw_erasure(*, by: User, erasure_id: uuid.UUID) -> Erasure:
    """Withdraw an erasure that was not carried out. Raises NotAllowed, and Erasure.DoesNotExist."""
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    require(by, Permission.ERASURE_DECIDE, erasure.centre_id)
    if erasure.done_at or erasure.withdrawn_at:
        return erasure
    erasure.withdrawn_at, erasure.withdrawn_by = timezone.now(), by
    erasure.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(ERASURE_WITHDRAWN, by=by, subject=erasure_id, centre=erasure.centre_id)
    return erasure


def carry_out_erasure(*, by: User, erasure_id: uuid.UUID) -> Outcome:
    """Erase the dossier of a decided erasure, as the service ``retention``. The function writes the event."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.erase_dossier(%s)", [erasure_id])
        return Outcome(cursor.fetchone()[0])


@transaction.atomic
def set_hold(*, by: User, hold_id: uuid.UUID, subject: uuid.UUID, reason: HoldReason) -> Hold:
    """Keep a dossier from being erased until the hold is ended. A repeat changes nothing. Raises NotAllowed."""
    known = Hold.objects.filter(pk=hold_id).first() or Hold.objects.running().filter(subject=subject).first()
    if known:
        return known
    centre = _centre_of(by, subject, Permission.HOLD_SET)
    hold = Hold(pk=hold_id, centre_id=centre, subject=subject, reason=reason, made_by=by)
    hold.save(force_insert=True)
    record(HOLD_SET, by=by, subject=hold_id, centre=centre, data={"dossier": str(subject), "reason": reason})
    return hold


@transaction.atomic
def end_hold(*, by: User, hold_id: uuid.UUID) -> Hold:
    """End a hold. A repeat changes nothing. Raises NotAllowed, and Hold.DoesNotExist."""
    hold = Hold.objects.select_for_update(no_key=True).get(pk=hold_id)
    require(by, Permission.HOLD_SET, hold.centre_id)
    if hold.ended_at:
        return hold
    hold.ended_at, hold.ended_by = timezone.now(), by
    hold.save(update_fields=["ended_at", "ended_by"])
    record(HOLD_ENDED, by=by, subject=hold_id, centre=hold.centre_id)
    return hold


def _centre_of(by: User, subject: uuid.UUID, permission: Permission) -> int:
    """The centre of the contact or case. Raises NotAllowed if it is none that the actor may do this for."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.centre_of_dossier(%s)", [subject])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NotAllowed(permission)
    require(by, permission, row[0])
    return int(row[0])
