"""Pages by position in the order, not by number: new rows do not shift what was seen, and nothing is counted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from .models import Referral

SIZE = 20


@dataclass(frozen=True)
class Page:
    """``newer`` and ``older``: cursors of the neighbouring pages, or None at the end."""

    items: list[Referral]
    newer: str | None
    older: str | None


def page_of(referrals: QuerySet[Referral], moment: str, *, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """The newest by the column ``moment``, or those just newer (``after``) or older (``before``) than a cursor.

    A cursor that cannot be read leads to the first page.
    """
    newer_than, older_than = _read(after), _read(before)
    if newer_than:
        found = list(_beyond(referrals, moment, newer_than, "gt").order_by(moment, "id")[: size + 1])
        items = found[:size][::-1]
        return Page(items, _cursor(items[:1], moment, len(found) > size), _cursor(items[-1:], moment, True))
    if older_than:
        referrals = _beyond(referrals, moment, older_than, "lt")
    found = list(referrals.order_by(f"-{moment}", "-id")[: size + 1])
    items = found[:size]
    return Page(items, _cursor(items[:1], moment, bool(older_than)), _cursor(items[-1:], moment, len(found) > size))


def _beyond(
    referrals: QuerySet[Referral], moment: str, at: tuple[datetime, uuid.UUID], side: str
) -> QuerySet[Referral]:
    when, key = at
    return referrals.filter(Q(**{f"{moment}__{side}": when}) | Q(**{moment: when, f"id__{side}": key}))


def _cursor(edge: list[Referral], moment: str, is_there: bool) -> str | None:
    return f"{getattr(edge[0], moment).isoformat()}_{edge[0].pk}" if edge and is_there else None


def _read(cursor: str) -> tuple[datetime, uuid.UUID] | None:
    when, _separator, key = cursor.partition("_")
    try:
        moment = datetime.fromisoformat(when)
        return (moment, uuid.UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
