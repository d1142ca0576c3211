"""Records changes of users, roles and organisations in the journal, which this app may not import.

The journal registers its function when it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID, uuid5

from django.db import models

from foundation.privacy.event_kinds import EventKind

from .models import User
from .push_groups import user_group

#: Reference rows have integer keys, but the journal's subjects are UUIDs: they are derived with this namespace.
REFERENCE = UUID("5d8b6f0a-54f2-5c1e-9a43-3b0c7b1de210")


class Record(Protocol):
    def __call__(
        self,
        kind: EventKind,
        *,
        by: User,
        subject: UUID,
        centre: int | None,
        data: dict[str, Any],
        tell: Iterable[str],
        wake: str,
    ) -> object: ...


_recorders: list[Record] = []


def record_with(record: Record) -> None:
    """Register the function that writes an event in the caller's transaction; called once, in ``AppConfig.ready``."""
    _recorders[:] = [record]


def subject_of(row: models.Model) -> UUID:
    """The journal's subject (a UUID) for a reference row."""
    return uuid5(REFERENCE, f"{row._meta.model_name}:{row.pk}")


def record(
    kind: EventKind, /, *, by: User, about: models.Model, centre: int | None = None, wake: str = "", **data: Any
) -> None:
    """Write an event. ``data``: codes and ids only. ``centre``: the actor's own if not given. ``wake``: a task.

    The pages of a person whom it is about hear of it, so that the sockets of ended sessions close.
    """
    if centre is None and by.centre:
        centre = by.centre.pk
    tell = [user_group(about.pk)] if isinstance(about, User) else []
    for write in _recorders:
        write(kind, by=by, subject=subject_of(about), centre=centre, data=data, tell=tell, wake=wake)
