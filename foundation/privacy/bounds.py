"""Bounds of dates and numbers in the database: whatever form, import or webhook a value came by, it can be shown.

Every column has them (tests/architecture/test_bounds.py), also those that only the program fills.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.db.models import CheckConstraint, Q

FIRST_YEAR, END_YEAR = 1990, 2100
#: Up to here a browser and a spreadsheet hold every whole number exactly.
LARGEST_NUMBER = 2**53 - 1
#: From 0 on: what is counted.
COUNTED = (0, LARGEST_NUMBER)


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


def numbers_within(table: str, **bounds: tuple[int, int]) -> CheckConstraint:
    """Each column's smallest and largest number, both included, or empty."""
    condition = Q()
    for column, (smallest, largest) in bounds.items():
        condition &= Q(**{f"{column}__gte": smallest, f"{column}__lte": largest}) | Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=condition, name=f"{table}_numbers")


def clocks_within(table: str, *columns: str) -> CheckConstraint:
    """PostgreSQL knows 24:00, which Python cannot read."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": time(0), f"{column}__lte": time.max})
    return CheckConstraint(condition=condition, name=f"{table}_clocks")
