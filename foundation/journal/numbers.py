"""Numbers of references, from database sequences."""

from __future__ import annotations

from django.db import connection


def next_number(sequence: str) -> int:
    """The next number of a sequence. Numbers are never repeated, but may have gaps."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s)", [sequence])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
