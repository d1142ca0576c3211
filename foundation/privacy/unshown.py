"""A row that does not open: what is logged of it, and what stands in its place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

from .keys import WrongKey

logger = logging.getLogger(__name__)
Read = TypeVar("Read")


def read_or(row: Model, read: Callable[[], Read], otherwise: Read) -> Read:
    """What ``read`` makes of the row; ``otherwise``, with a line in the log, where the row does not open."""
    try:
        return read()
    except WrongKey:
        logger.error("row cannot be shown: %s %s (WrongKey)", row._meta.label_lower, row.pk)
        return otherwise
