"""The sweep: announces dossiers, erases those that are due, and deletes what goes by time, in small transactions.

A run that dies is taken up by the next one: everything that it did is in its rows, and what is done is not due again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .actions import Outcome, announce_due, carry_out_erasure, sweep_rows
from .dossiers import Sweep, dossier
from .models import Erasure
from .rules import rules

BATCH = 500
#: Dossiers in one transaction that announces.
ANNOUNCED_AT_ONCE = 100
log = logging.getLogger(__name__)


@dataclass
class Swept:
    """What a run did. ``rows``: by table, or table and emptied column. ``waiting``: on hold, or not possible yet."""

    announced: int = 0
    erased: int = 0
    waiting: int = 0
    failed: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def sweep(now: datetime) -> Swept:
    """``now``: in UTC. Returns when nothing is left that is due."""
    done = Swept()
    erase_due(now, done)
    done.announced = _in_batches(lambda: announce(now), ANNOUNCED_AT_ONCE)
    for one in dossier().sweeps:
        period = period_of(one)
        swept = _in_batches(lambda one=one, period=period: _rows(one, period, now), BATCH)  # type: ignore[misc]
        if swept:
            done.rows[one.name] = swept
    return done


def erase_due(now: datetime, done: Swept) -> None:
    """Carry out erasures that are due, each in a transaction of its own. One that fails does not delay the others."""
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="retention"):
        due = list(Erasure.objects.due(now).values_list("pk", flat=True))
    for erasure_id in due:
        try:
            with acting_as(retention, purpose="retention"):
                outcome = carry_out_erasure(by=retention, erasure_id=erasure_id, now=now)
        except Exception:
            log.exception("erasure %s failed, the next run tries again", erasure_id)
            done.failed += 1
        else:
            done.erased += outcome is Outcome.ERASED
            done.waiting += outcome in (Outcome.HELD, Outcome.BUSY)


def announce(now: datetime) -> int:
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="retention"):
        return announce_due(by=retention, now=now, most=ANNOUNCED_AT_ONCE)


def period_of(one: Sweep) -> str:
    """The period that the rules give to a declared sweep."""
    of_table = rules().fields[one.table]
    [rule] = {rule for rule in of_table.values() if rule.after and (rule.action == "empty") == bool(one.empties)}
    return rule.after


def _rows(one: Sweep, period: str, now: datetime) -> int:
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="retention"):
        return sweep_rows(by=retention, name=one.name, period=period, now=now, most=BATCH)


def _in_batches(step: Callable[[], int], size: int) -> int:
    total = 0
    while True:
        done = step()
        total += done
        if done < size:
            return total
