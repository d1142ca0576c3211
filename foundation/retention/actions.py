"""Erasing dossiers, and keeping them from it."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from foundation.accounts import notices
from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import ROLES, Permission
from foundation.accounts.vocabulary import NoticeKind
from foundation.journal.actions import NewEvent, record, record_all
from foundation.journal.stale import stale

from . import ledger
from .events import ERASURE_ANNOUNCED, ERASURE_DECIDED, ERASURE_WITHDRAWN, HOLD_ENDED, HOLD_SET, ROWS_SWEPT
from .models import Erasure, ErasureReason, Hold, HoldReason, Request
from .rules import rules
from .states import CHECKED

#: The subject of events about sweeps, which are about no record.
SWEEPS = uuid.UUID(int=0)


class Outcome(StrEnum):
    """What became of an erasure."""

    ERASED = "erased"
    HELD = "held"
    BUSY = "busy"
    """A call runs, or figures are not counted yet: a later run does it."""
    NONE = "none"
    """Not decided, withdrawn, or carried out before."""


@transaction.atomic
def decide_erasure(
    *,
    by: User,
    erasure_id: uuid.UUID,
    subject: uuid.UUID,
    reason: ErasureReason,
    request: uuid.UUID | None = None,
) -> Erasure:
    """Decide that the dossier of a contact or case is erased. A repeat, or a second decision, changes nothing.

    ``request``: the data subject's request that asks for it, with a checked identity.
    Raises NotAllowed if it is not of a centre whose data protection officer the actor is.
    """
    known = Erasure.objects.filter(pk=erasure_id).first() or Erasure.objects.waiting().filter(subject=subject).first()
    if known:
        return known
    centre = centre_of(by, subject, Permission.ERASURE_DECIDE)
    if request is not None:
        _require_checked(request, centre)
    erasure = Erasure(
        pk=erasure_id, centre_id=centre, subject=subject, reason=reason, decided_by=by, request_id=request
    )
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
    _withdraw(by, erasure)
    return erasure


@transaction.atomic
def carry_out_erasure(*, by: User, erasure_id: uuid.UUID, now: datetime) -> Outcome:
    """Erase the dossier of a decided erasure, as the service ``retention``. What is no longer due is withdrawn.

    Raises OSError if the ledger cannot be written; then nothing is erased.
    """
    erasure = Erasure.objects.due(now).filter(pk=erasure_id).first()
    if erasure and erasure.reason == ErasureReason.DUE and not _is_due(erasure, now):
        _withdraw(by, erasure)
        return Outcome.NONE
    outcome = Outcome(_ask("select ntk.carry_out_erasure(%s, %s)", erasure_id, now))
    if outcome is Outcome.ERASED:
        done = Erasure.objects.get(pk=erasure_id)
        ledger.note(ledger.Entry(done.pk, done.centre_id, done.subject, tuple(done.keys)))
    return outcome


@transaction.atomic
def replay_erasure(*, by: User, entry: ledger.Entry, now: datetime) -> Outcome:
    """Erase again what a restored backup brought back, as the service ``retention``. A hold does not keep it."""
    waiting = _ask(
        "select ntk.replay_erasure(%s, %s, %s, %s::uuid[])",
        entry.erasure,
        entry.centre,
        entry.subject,
        list(entry.keys),
    )
    return Outcome.NONE if waiting is None else carry_out_erasure(by=by, erasure_id=waiting, now=now)


@transaction.atomic
def announce_due(*, by: User, now: datetime, most: int) -> int:
    """Announce dossiers that are due within the time of warning, as the service ``retention``. Returns how many.

    They are erased when they are due, and not before the time of warning has passed.
    """
    given = rules()
    with connection.cursor() as cursor:
        cursor.execute(
            "select subject, centre, greatest(due, %(now)s + %(warn)s::interval)"
            " from ntk.due_dossiers(%(now)s + %(warn)s::interval, %(periods)s, %(most)s)",
            {"now": now, "warn": given.warn_before, "periods": _periods(), "most": most},
        )
        found = cursor.fetchall()
    due = [
        Erasure(subject=subject, centre_id=centre, not_before=at, reason=ErasureReason.DUE, decided_by=by)
        for subject, centre, at in found
    ]
    Erasure.objects.bulk_create(due)
    groups = {organisation_group(one.centre_id) for one in due}
    notices.order(_who_may_keep({one.centre_id for one in due}), NoticeKind.ERASURE_WAITS)
    record_all(
        [
            NewEvent(
                kind=ERASURE_ANNOUNCED,
                subject=one.pk,
                centre=one.centre_id,
                data={"dossier": str(one.subject)},
                tell=groups & {organisation_group(one.centre_id)},
            )
            for one in due
        ],
        by=by,
    )
    return len(due)


def _who_may_keep(centres: set[int]) -> QuerySet[User]:
    """The people of these centres who can set a hold."""
    roles = [role for role, info in ROLES.items() if Permission.HOLD_SET in info.permissions]
    members = Membership.objects.active().with_roles(roles).filter(organisation__in=centres)
    return User.objects.filter(is_active=True, pk__in=members.values("user"))


@transaction.atomic
def sweep_rows(*, by: User, name: str, period: str, now: datetime, most: int) -> int:
    """Delete or empty old rows, as the service ``retention``. Returns how many; fewer than ``most`` at the end.

    ``name``: of a declared sweep. ``period``: as in the rules, such as "90 days".
    """
    before = _ask("select %s::timestamptz - %s::interval", now, period)
    swept = int(_ask("select ntk.sweep_rows(%s, %s, %s)", name, before, most))
    if swept:
        data = {"rows": swept, "of": name, "before": before.isoformat()}
        record(ROWS_SWEPT, by=by, subject=SWEEPS, centre=None, data=data)
    return swept


@transaction.atomic
def set_hold(*, by: User, hold_id: uuid.UUID, subject: uuid.UUID, reason: HoldReason) -> Hold:
    """Keep a dossier from being erased until the hold is ended. A repeat changes nothing. Raises NotAllowed."""
    known = Hold.objects.filter(pk=hold_id).first() or Hold.objects.running().filter(subject=subject).first()
    if known:
        return known
    centre = centre_of(by, subject, Permission.HOLD_SET)
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


def _require_checked(request: uuid.UUID, centre: int) -> None:
    """Raises Stale if the request is not one of the centre with a checked identity, or has ended."""
    if not Request.objects.filter(pk=request, centre=centre, state__in=CHECKED).exists():
        raise stale(request)


def _withdraw(by: User, erasure: Erasure) -> None:
    erasure.withdrawn_at, erasure.withdrawn_by = timezone.now(), by
    erasure.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(ERASURE_WITHDRAWN, by=by, subject=erasure.pk, centre=erasure.centre_id)


def _is_due(erasure: Erasure, now: datetime) -> bool:
    due = _ask(
        "select ntk.dossier_due(ntk.dossier_keys(%s, %s::uuid[]), %s)", erasure.subject, erasure.keys, _periods()
    )
    return due is not None and due <= now


def _periods() -> str:
    return json.dumps(dict(rules().dossiers))


def _ask(query: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]


def centre_of(by: User, subject: uuid.UUID, permission: Permission) -> int:
    """The centre of the contact or case. Raises NotAllowed if it is none that the actor may do this for."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.centre_of_dossier(%s)", [subject])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NotAllowed(permission)
    require(by, permission, row[0])
    return int(row[0])
