"""Bounds of dates in the database: behind every form, import and webhook, no row lies where a calendar breaks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import CheckConstraint, Q

FIRST_YEAR, END_YEAR = 1990, 2100


def moments_within(table: str, *columns: str) -> CheckConstraint:
    """All of the table's moments lie in the years of our calendars, or are empty."""
    first, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(END_YEAR, 1, 1, tzinfo=UTC)
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": first, f"{column}__lt": end}) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_moments")


def days_within(table: str, *columns: str) -> CheckConstraint:
    """The same for days."""
    condition = Q()
    for column in columns:
        values = {f"{column}__gte": date(FIRST_YEAR, 1, 1), f"{column}__lt": date(END_YEAR, 1, 1)}
        condition &= Q(**values) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_days")
