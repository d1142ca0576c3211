"""Work queues in database tables: claim rows with a lease, count attempts, retry later, give up.

A work table has ``claimed_until``, and also ``attempts`` and ``due_at`` if attempts are scheduled. Celery only wakes
the workers; the work itself is in the rows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar, cast

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Backoff:
    """Seconds before the next attempt, by the number of attempts so far; after the last one there is none."""

    pauses: tuple[float, ...]
    #: Delays after the first are longer by up to this share, so that work that failed together is not retried together.
    jitter: float = 0.0

    @classmethod
    def doubling(cls, first: float, *, cap: float, tries: int, jitter: float) -> Self:
        """``tries`` attempts in total; the delays double up to ``cap``."""
        return cls(tuple(min(first * 2**number, cap) for number in range(tries - 1)), jitter)

    def after(self, attempts: int) -> float | None:
        """The delay; None if no attempt is left."""
        if attempts > len(self.pauses):
            return None
        longer = random.uniform(0, self.jitter) if attempts > 1 else 0  # noqa: S311  no secret
        return self.pauses[max(attempts, 1) - 1] * (1 + longer)


class LeasedQuerySet(models.QuerySet[Row]):
    """Rows that one process at a time works on."""

    def free(self, now: datetime | None = None) -> Self:
        """Rows without a running lease."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=now or Now()))

    def claim(
        self, lease: timedelta, *, most: int = 1, now: datetime | None = None, counts: bool = False, **values: Any
    ) -> list[Row]:
        """Lease up to ``most`` of these rows that are free, in their order.

        Call it in a transaction. Rows that are locked by another transaction are skipped. ``now``: default is the
        database's clock. ``counts``: counts as an attempt. ``values`` are set as well.
        """
        free = self.free(now).annotate(claimed_at=Now())
        rows = list(free.select_for_update(skip_locked=True, no_key=True, of=("self",))[:most])
        for row in rows:
            row.claimed_until = (now or row.claimed_at) + lease  # type: ignore[attr-defined]
            if counts:
                row.attempts += 1  # type: ignore[attr-defined]
        if rows:
            values["claimed_until"] = rows[0].claimed_until  # type: ignore[attr-defined]
            attempt = {"attempts": F("attempts") + 1} if counts else {}
            self._same([row.pk for row in rows]).update(**attempt, **values)
        return cast("list[Row]", rows)

    def held(self, rows: Sequence[Row]) -> Self:
        """Those of the rows whose lease is still ours."""
        until = {row.claimed_until for row in rows}  # type: ignore[attr-defined]
        return self.filter(pk__in=[row.pk for row in rows], claimed_until__in=until)

    def renew(self, row: Row, lease: timedelta, *, now: datetime | None = None) -> bool:
        """Extend the lease; False if another process has claimed the row."""
        until = Now() + lease if now is None else now + lease
        if not self.held([row]).update(claimed_until=until):
            return False
        row.refresh_from_db(fields=["claimed_until"])
        return True

    def release(self, rows: Sequence[Row], **values: Any) -> int:
        """End the leases, so that others can claim the rows when due; returns how many were ours."""
        return self.held(rows).update(claimed_until=None, **values) if rows else 0

    def try_again(self, row: Row, pause: float, *, now: datetime, **values: Any) -> bool:
        """Schedule the next attempt after ``pause`` seconds. False if another process has claimed the row."""
        return self.release([row], due_at=now + timedelta(seconds=pause), **values) > 0

    def _same(self, keys: Sequence[Any]) -> Self:
        """The rows with these keys, without the query's conditions, which may no longer apply."""
        return self.model._default_manager.get_queryset().filter(pk__in=keys)  # type: ignore[return-value]
