"""Writes to the journal: events, accesses, heartbeats."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from foundation.accounts.models import User
from foundation.privacy.event_kinds import EventKind

from .models import Heartbeat, Look
from .registry import check

# Two statements in one message. With "returning", PostgreSQL would also plan the read policies, which takes longer than
# the insert, while the transaction holds row locks.
RECORD = """
    insert into journal_event (kind, at, actor_id, centre_id, subject, "case", data, tell, wake)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s);
    select currval('journal_event_id_seq')"""


def record(
    kind: EventKind,
    *,
    by: User,
    subject: uuid.UUID,
    centre: int | None,
    case: uuid.UUID | None = None,
    data: dict[str, Any] | None = None,
    tell: Iterable[str] = (),
    wake: str = "",
) -> int:
    """Write an event in the caller's transaction. Raises UnknownKind for a kind that no app declares.

    ``data``: codes and ids only. ``tell``: push groups that are notified that ``subject`` changed.
    ``wake``: a Celery task that gets the event's id; it may be called twice or not at all.
    Returns the event's id.
    """
    check(kind)
    values = (kind.code, timezone.now(), by.pk, centre, subject, case, json.dumps(data or {}), sorted(set(tell)), wake)
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)
        cursor.nextset()
        return int(cursor.fetchone()[0])


def look(what: str, *, by: User, subject: uuid.UUID | None, centre: int | None = None) -> None:
    """Record a read access (or a refusal, with ``what`` ending in ``.denied``)."""
    Look.objects.create(what=what, actor=by, subject=subject, centre_id=centre)


def beat(name: str) -> None:
    """Store that the background process ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
