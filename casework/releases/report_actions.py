"""All steps of an exit report: it is written, discussed with the person, approved by somebody else, handed over."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .events import (
    EXIT_REPORT_APPROVED,
    EXIT_REPORT_BEGUN,
    EXIT_REPORT_CHANGED,
    EXIT_REPORT_DISCUSSED,
    EXIT_REPORT_HANDED_OVER,
    EXIT_REPORT_PRINTED,
    EXIT_REPORT_REOPENED,
)
from .locking import lock_report, lock_team_to_write
from .models import PARTS_OF_REPORT, ExitReport
from .permissions import may_approve, may_write_report
from .recording import record, store
from .states import REPORT_TRANSITIONS, ExitReportState
from .vocabulary import Recipient

E = ExitReportState


class EmptyParts(Exception):
    """Parts of the report have no text. ``parts``: of PARTS_OF_REPORT."""

    def __init__(self, parts: list[str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = parts


@transaction.atomic
def begin_report(*, by: User, report_id: uuid.UUID, case_id: uuid.UUID) -> ExitReport:
    """Begin the exit report of an open case. A repeated post begins one.

    Raises NotAllowed, and Stale for a closed case, or while another one is not handed over.
    """
    team = lock_team_to_write(by, case_id)
    known = ExitReport.objects.filter(pk=report_id, team=case_id).first()
    if known:
        return known
    report = ExitReport(pk=report_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id, written_by=by)
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:  # another one is in hand
        raise stale(case_id) from error
    record(EXIT_REPORT_BEGUN, by, report)
    return report


@transaction.atomic
def write_report(*, by: User, report_id: uuid.UUID, version: int, **parts: str) -> None:
    """Change parts of a draft. Raises Stale. A repeat has no effect."""
    report = lock_report(by, report_id)
    if all(getattr(report, name) == text for name, text in parts.items()):
        return
    if report.version != version or not report.is_draft:
        raise stale(report_id)
    store(report, written_by=by, written_at=timezone.now(), **parts)
    record(EXIT_REPORT_CHANGED, by, report)


@transaction.atomic
def mark_discussed(*, by: User, report_id: uuid.UUID, version: int) -> None:
    """It was discussed with the person; then it waits for approval. Raises Stale, EmptyParts.

    A repeat has no effect.
    """
    report = lock_report(by, report_id)
    if report.state == E.DISCUSSED:
        return
    _check(report, version, E.DISCUSSED)
    missing = [name for name in PARTS_OF_REPORT if not getattr(report, name).strip()]
    if missing:
        raise EmptyParts(missing)
    _move(by, report, E.DISCUSSED, EXIT_REPORT_DISCUSSED, discussed_at=timezone.now(), discussed_by=by)


@transaction.atomic
def approve(*, by: User, report_id: uuid.UUID, version: int) -> None:
    """Approve it, as somebody who has not written it. Raises Stale. A repeat has no effect."""
    report = lock_report(by, report_id)
    if not may_approve(by, report):
        raise NotAllowed(Permission.TEAM_WORK)
    if report.state == E.APPROVED and report.approved_by_id == by.pk:
        return
    _check(report, version, E.APPROVED)
    _move(by, report, E.APPROVED, EXIT_REPORT_APPROVED, approved_at=timezone.now(), approved_by=by)


@transaction.atomic
def reopen(*, by: User, report_id: uuid.UUID, version: int) -> None:
    """Make it a draft again, until it is handed over. Raises Stale. A repeat has no effect."""
    report = lock_report(by, report_id)
    if report.is_draft:
        return
    _check(report, version, E.DRAFT)
    anew = dict.fromkeys(("discussed_at", "discussed_by", "approved_at", "approved_by"))
    _move(by, report, E.DRAFT, EXIT_REPORT_REOPENED, **anew)


@transaction.atomic
def hand_over(
    *, by: User, report_id: uuid.UUID, version: int, recipient_kind: Recipient, recipient: str, handed_over_on: date
) -> None:
    """It was handed over, to whom and when. It does not change any more. Raises Stale. A repeat has no effect.

    ``recipient``: the name of the service or body.
    """
    report = lock_report(by, report_id)
    if report.is_handed_over and report.handed_over_by_id == by.pk and report.recipient_kind == recipient_kind:
        return
    _check(report, version, E.HANDED_OVER)
    said = {"recipient_kind": recipient_kind, "recipient": recipient, "handed_over_on": handed_over_on}
    _move(by, report, E.HANDED_OVER, EXIT_REPORT_HANDED_OVER, handed_over_at=timezone.now(), handed_over_by=by, **said)


@transaction.atomic
def record_printed(*, by: User, report: ExitReport) -> None:
    """Say in the journal that it was printed; each time is one. Raises NotAllowed."""
    if not may_write_report(by, report.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    record(EXIT_REPORT_PRINTED, by, report)


def _check(report: ExitReport, version: int, to: ExitReportState) -> None:
    if report.version != version or to not in REPORT_TRANSITIONS[ExitReportState(report.state)]:
        raise stale(report.pk)


def _move(by: User, report: ExitReport, to: ExitReportState, kind: EventKind, **values: Any) -> None:
    store(report, state=to, **values)
    record(kind, by, report)
