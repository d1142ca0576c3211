from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.models import User

from .models import Event, Heartbeat, Look


def record(
    kind: str,
    *,
    by: User,
    subject: uuid.UUID,
    centre: int | None,
    case: uuid.UUID | None = None,
    data: dict[str, Any] | None = None,
    tell: Iterable[str] = (),
    wake: str = "",
) -> Event:
    """Write a change of state down, in the caller's transaction.

    ``data``: codes and ids only. ``tell``: push groups that learn that ``subject`` changed.
    ``wake``: a Celery task that gets the event's id; it must bear being called twice or not at all.
    """
    return Event.objects.create(
        at=timezone.now(),
        kind=kind,
        actor=by,
        centre_id=centre,
        subject=subject,
        case=case,
        data=data or {},
        tell=sorted(set(tell)),
        wake=wake,
    )


def look(what: str, *, by: User, subject: uuid.UUID | None, centre: int | None = None) -> None:
    """Leave the trace of a read (or of a refusal, ``what`` ending in ``.denied``)."""
    Look.objects.create(what=what, actor=by, subject=subject, centre_id=centre)


def beat(name: str) -> None:
    """Note that the background process ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
