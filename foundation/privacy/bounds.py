"""Database bounds of dates and numbers, so that every stored value can be displayed, whatever its source.

Every column has them (tests/architecture/test_bounds.py), also those that only code fills.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.db.models import CheckConstraint, Q

FIRST_YEAR, END_YEAR = 1990, 2100
#: The largest integer that browsers and spreadsheets represent exactly (2**53 - 1).
LARGEST_NUMBER = 2**53 - 1
#: Bounds of counts: 0 and more.
COUNTED = (0, LARGEST_NUMBER)


def moments_within(table: str, *columns: str) -> CheckConstraint:
    """A constraint: all of these times are within FIRST_YEAR and END_YEAR, or null."""
    first, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(END_YEAR, 1, 1, tzinfo=UTC)
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": first, f"{column}__lt": end}) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_moments")


def days_within(table: str, *columns: str) -> CheckConstraint:
    """A constraint: the same for dates."""
    condition = Q()
    for column in columns:
        values = {f"{column}__gte": date(FIRST_YEAR, 1, 1), f"{column}__lt": date(END_YEAR, 1, 1)}
        condition &= Q(**values) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_days")


def numbers_within(table: str, **bounds: tuple[int, int]) -> CheckConstraint:
    """A constraint: minimum and maximum of each column, both included, or null."""
    condition = Q()
    for column, (smallest, largest) in bounds.items():
        condition &= Q(**{f"{column}__gte": smallest, f"{column}__lte": largest}) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_numbers")


def clocks_within(table: str, *columns: str) -> CheckConstraint:
    """A constraint: no 24:00, which PostgreSQL stores but Python cannot read."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": time(0), f"{column}__lte": time.max})
    return CheckConstraint(condition=condition, name=f"{table}_clocks")
