"""Writes to the journal: events, accesses, heartbeats."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from foundation.accounts.models import User
from foundation.privacy.event_kinds import EventKind

from .models import Heartbeat, Look
from .registry import check

INSERT = 'insert into journal_event (kind, at, actor_id, centre_id, subject, "case", data, tell, wake) values '
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
# Two statements in one message. With "returning", PostgreSQL would also plan the read policies, which takes longer than
# the insert, while the transaction holds row locks.
RECORD = f"{INSERT}{ROW}; select currval('journal_event_id_seq')"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event for `record_all`. The fields are the arguments of `record`."""

    kind: EventKind
    subject: uuid.UUID
    centre: int | None
    case: uuid.UUID | None = None
    data: dict[str, Any] | None = None
    tell: Iterable[str] = ()
    wake: str = ""


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
    event = NewEvent(kind=kind, subject=subject, centre=centre, case=case, data=data, tell=tell, wake=wake)
    with connection.cursor() as cursor:
        cursor.execute(RECORD, _values(event, by))
        cursor.nextset()
        return int(cursor.fetchone()[0])


def record_all(events: Sequence[NewEvent], *, by: User) -> None:
    """Write the events of one action in this order, with one insert. Raises UnknownKind as `record` does."""
    values = [value for event in events for value in _values(event, by)]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(INSERT + ", ".join([ROW] * len(events)), values)


def _values(event: NewEvent, by: User) -> tuple[Any, ...]:
    check(event.kind)
    data, tell = json.dumps(event.data or {}), sorted(set(event.tell))
    return event.kind.code, timezone.now(), by.pk, event.centre, event.subject, event.case, data, tell, event.wake


def look(what: str, *, by: User, subject: uuid.UUID | None, centre: int | None = None) -> None:
    """Record a read access (or a refusal, with ``what`` ending in ``.denied``)."""
    Look.objects.create(what=what, actor=by, subject=subject, centre_id=centre)


def beat(name: str) -> None:
    """Store that the background process ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
