"""Writes to the journal: events, accesses, heartbeats."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from foundation.privacy.event_kinds import EventKind

from .models import DeclaredKind, Heartbeat
from .registry import all_kinds, check

INSERT = 'insert into journal_event (kind, at, actor_id, centre_id, subject, "case", data, tell, wake) values '
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
#: What, actor, centre, subject.
NewLook = tuple[str, int, int | None, uuid.UUID | None]
_collected: ContextVar[list[NewLook] | None] = ContextVar("looks", default=None)


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
) -> None:
    """Write an event in the caller's transaction. Raises UnknownKind for a kind that no app declares.

    ``data``: codes and ids only. ``tell``: push groups that are notified that ``subject`` changed.
    ``wake``: a Celery task that gets the event's id; it may be called twice or not at all.
    """
    record_all([NewEvent(kind=kind, subject=subject, centre=centre, case=case, data=data, tell=tell, wake=wake)], by=by)


def record_all(events: Sequence[NewEvent], *, by: User) -> None:
    """Write the events of one action in this order, with one insert. Raises UnknownKind as `record` does."""
    values = [value for event in events for value in _values(event, by)]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(INSERT + ", ".join([ROW] * len(events)), values)


def recorded_id() -> int:
    """The id of the event that this connection recorded last.

    Not with "returning": then PostgreSQL would also ask the read policies, which takes longer than the insert, while
    the transaction holds row locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("select currval('journal_event_id_seq')")
        return int(cursor.fetchone()[0])


def _values(event: NewEvent, by: User) -> tuple[Any, ...]:
    check(event.kind)
    data, tell = json.dumps(event.data or {}), sorted(set(event.tell))
    return event.kind.code, timezone.now(), by.pk, event.centre, event.subject, event.case, data, tell, event.wake


def look(what: str, *, by: User, subject: uuid.UUID | None, centre: int | None = None) -> None:
    """Record a read access. In a request, it is written with the others of the request when the view has ended."""
    looks = _collected.get()
    if looks is None:
        _write([(what, by.pk, centre, subject)])
    else:
        looks.append((what, by.pk, centre, subject))


@contextmanager
def looks_together() -> Iterator[None]:
    """Write the looks of the block with one insert at its end; none if the transaction is to be rolled back."""
    looks: list[NewLook] = []
    token = _collected.set(looks)
    try:
        yield
    finally:
        _collected.reset(token)
    if looks and not connection.needs_rollback:
        _write(list(dict.fromkeys(looks)))


def _write(looks: list[NewLook]) -> None:
    with connection.cursor() as cursor:
        rows = ", ".join(["(%s, %s, %s, %s)"] * len(looks))
        cursor.execute(
            f"insert into journal_look (what, actor_id, centre_id, subject) values {rows}",
            [value for one in looks for value in one],
        )


def record_refusal(what: str, *, by: User, subject: uuid.UUID | None) -> None:
    """Record that the person was refused, in a transaction of its own: the one of the request may be rolled back.

    ``what`` without ``.denied``. The database finds the centre (sql/record_refusal.sql).
    """
    with acting_as(by, purpose="refusal"), connection.cursor() as cursor:
        cursor.execute("select ntk.record_refusal(%s, %s::uuid)", [what, subject])


def seal(relay: User) -> None:
    """Seal looks and changes of roles, so that the chain of events covers them."""
    with acting_as(relay, purpose="seal"), connection.cursor() as cursor:
        cursor.execute("select ntk.seal()")


@transaction.atomic
def store_kinds() -> None:
    """Store the declared kinds of events, and delete all others. Run as the owner of the tables."""
    wanted, stored = set(all_kinds()), set(DeclaredKind.objects.values_list("pk", flat=True))
    DeclaredKind.objects.filter(pk__in=stored - wanted).delete()
    DeclaredKind.objects.bulk_create([DeclaredKind(code=code) for code in sorted(wanted - stored)])


def beat(name: str) -> None:
    """Store that the background process ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
