"""Writing into the journal: events, looks, heartbeats."""

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

# Two statements in one message. With "returning", PostgreSQL would plan who may read the event, which takes longer than
# writing it, while whoever writes holds the rows that it changes.
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
    """Write a change of state down, in the caller's transaction. Raises UnknownKind for what no app declares.

    ``data``: codes and ids only. ``tell``: push groups that learn that ``subject`` changed.
    ``wake``: a Celery task that gets the event's id; it must bear being called twice or not at all.
    Returns the event's id.
    """
    check(kind)
    values = (kind.code, timezone.now(), by.pk, centre, subject, case, json.dumps(data or {}), sorted(set(tell)), wake)
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)
        cursor.nextset()
        return int(cursor.fetchone()[0])


def look(what: str, *, by: User, subject: uuid.UUID | None, centre: int | None = None) -> None:
    """Leave the trace of a read (or of a refusal, ``what`` ending in ``.denied``)."""
    Look.objects.create(what=what, actor=by, subject=subject, centre_id=centre)


def beat(name: str) -> None:
    """Note that the background process ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
