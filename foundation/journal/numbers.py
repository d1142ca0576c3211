"""Numbers of references, from database sequences."""

from __future__ import annotations

from django.db.models import BigIntegerField, Func, Value


def next_number(sequence: str) -> Func:
    """The default of a column: the next number of the sequence. Numbers are never repeated, but may have gaps."""
    return Func(Value(sequence), function="nextval", output_field=BigIntegerField())
