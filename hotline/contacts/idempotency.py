"""Rows whose key came with the form."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction


def insert_once(row: models.Model) -> bool:
    """Insert the row; False when its key is taken: the same post arrived a second time at the same moment."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
