"""Keyset pagination: no totals, and pages do not shift when new rows are added."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

SIZE = 25


@dataclass(frozen=True)
class Page:
    """Rows, newest first. ``newer``, ``older``: cursors for ``?after=`` and ``?before=``, None at the ends."""

    rows: Sequence[Any]
    newer: str | None
    older: str | None


def first_of(ordered: QuerySet[Any], count: int) -> list[Any]:
    return list(ordered[:count])


def page_of(
    rows: QuerySet[Any],
    *,
    column: str,
    after: str = "",
    before: str = "",
    size: int = SIZE,
    take: Callable[[QuerySet[Any], int], list[Any]] = first_of,
) -> Page:
    """A page of ``rows`` by a time ``column`` and the key, newest first. An invalid cursor is ignored.

    ``take``: reads at most this number of the ordered rows.
    """
    back, forth = _moment_and_key(before), _moment_and_key(after)
    if forth:
        found = take(rows.filter(_beyond(column, "gt", *forth)).order_by(column, "pk"), size + 1)
    else:
        older = rows.filter(_beyond(column, "lt", *back)) if back else rows
        found = take(older.order_by(f"-{column}", "-pk"), size + 1)
    return _page(found, size, lambda row: _cursor(row, column), is_back=bool(back), is_forth=bool(forth))


@dataclass(frozen=True)
class DuePage:
    """Rows, the first due first. ``earlier``, ``later``: cursors for ``?before=`` and ``?after=``, None at the ends."""

    rows: Sequence[Any]
    earlier: str | None
    later: str | None


def page_by_due(rows: QuerySet[Any], *, column: str, after: str = "", before: str = "", size: int = SIZE) -> DuePage:
    """A page of ``rows`` by a time ``column`` and the key, the earliest first. An invalid cursor is ignored."""
    back, forth = _moment_and_key(before), _moment_and_key(after)
    if back:
        found = list(rows.filter(_beyond(column, "lt", *back)).order_by(f"-{column}", "-pk")[: size + 1])
    else:
        later = rows.filter(_beyond(column, "gt", *forth)) if forth else rows
        found = list(later.order_by(column, "pk")[: size + 1])
    shown = found[:size][::-1] if back else found[:size]
    if not shown:
        return DuePage([], None, None)
    has_more = len(found) > size
    more_earlier, more_later = (has_more, True) if back else (bool(forth), has_more)
    first, last = _cursor(shown[0], column), _cursor(shown[-1], column)
    return DuePage(shown, first if more_earlier else None, last if more_later else None)


def page_by_key(rows: QuerySet[Any], *, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """A page of ``rows`` by an increasing key, newest first. An invalid cursor is ignored."""
    back, forth = before.isdecimal(), after.isdecimal()
    if forth:
        found = list(rows.filter(pk__gt=int(after)).order_by("pk")[: size + 1])
    else:
        older = rows.filter(pk__lt=int(before)) if back else rows
        found = list(older.order_by("-pk")[: size + 1])
    return _page(found, size, lambda row: str(row.pk), is_back=back, is_forth=forth)


def _page(found: list[Any], size: int, cursor: Callable[[Any], str], *, is_back: bool, is_forth: bool) -> Page:
    """Make a page from up to ``size`` + 1 rows; rows after a cursor are read oldest first."""
    shown = found[:size][::-1] if is_forth else found[:size]
    if not shown:
        return Page([], None, None)
    has_more = len(found) > size
    more_newer, more_older = (has_more, True) if is_forth else (is_back, has_more)
    return Page(shown, cursor(shown[0]) if more_newer else None, cursor(shown[-1]) if more_older else None)


def _beyond(column: str, side: str, moment: datetime, key: uuid.UUID) -> Q:
    # The first condition is redundant, but lets PostgreSQL start the index scan at the page.
    within = Q(**{f"{column}__{side}e": moment})
    return within & (Q(**{f"{column}__{side}": moment}) | Q(**{f"pk__{side}": key}))


def _cursor(row: Model, column: str) -> str:
    text = f"{getattr(row, column).isoformat()}|{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _moment_and_key(cursor: str) -> tuple[datetime, uuid.UUID] | None:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _bar, key = text.partition("|")
        parsed = datetime.fromisoformat(moment)
        return (parsed, uuid.UUID(key)) if parsed.tzinfo else None
    except (ValueError, binascii.Error):
        return None
