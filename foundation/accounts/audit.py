"""Where changes of users, roles and organisations are written down: in the journal, which this app may not import.

The journal names its function when it starts.
"""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID, uuid5

from django.db import models

from foundation.privacy.event_kinds import EventKind

from .models import User

#: Reference rows have whole numbers as keys, the journal's subjects are UUIDs: this namespace joins them.
REFERENCE = UUID("5d8b6f0a-54f2-5c1e-9a43-3b0c7b1de210")


class Record(Protocol):
    def __call__(
        self, kind: EventKind, *, by: User, subject: UUID, centre: int | None, data: dict[str, Any]
    ) -> object: ...


_recorders: list[Record] = []


def record_with(record: Record) -> None:
    """Name the function that writes an event in the caller's transaction; called once, in an ``AppConfig.ready``."""
    _recorders[:] = [record]


def subject_of(row: models.Model) -> UUID:
    """The journal's name for a reference row."""
    return uuid5(REFERENCE, f"{row._meta.model_name}:{row.pk}")


def record(kind: EventKind, /, *, by: User | None, about: models.Model, **data: Any) -> None:
    """``data``: codes and ids only. Without ``by`` (commands, the first administrator) only the rows say it."""
    if by is not None:
        for write in _recorders:
            write(kind, by=by, subject=subject_of(about), centre=by.centre.pk if by.centre else None, data=data)
