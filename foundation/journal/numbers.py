"""Numbers for references that people say, from sequences of the database."""

from __future__ import annotations

from django.db import connection


def next_number(sequence: str) -> int:
    """The next of a database sequence: human references have no repeats, and may have gaps."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s)", [sequence])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
