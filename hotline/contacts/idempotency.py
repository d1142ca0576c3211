"""Inserts of rows whose key was sent with the form."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction


def insert_once(row: models.Model) -> bool:
    """Insert the row. Returns False if the key exists: the same post arrived twice at the same time."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
