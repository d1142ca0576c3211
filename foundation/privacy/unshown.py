"""Rows that cannot be decrypted: the log message, and the replacement text."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

from .keys import WrongKey

logger = logging.getLogger(__name__)
Read = TypeVar("Read")


def read_or(row: Model, read: Callable[[], Read], otherwise: Read) -> Read:
    """The result of ``read(row)``; ``otherwise``, with a log message, if the row cannot be decrypted."""
    try:
        return read()
    except WrongKey:
        logger.error("row cannot be shown: %s %s (WrongKey)", row._meta.label_lower, row.pk)
        return otherwise
