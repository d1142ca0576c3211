"""Sets the acting user of a transaction; without one, no protected row can be read.

The policies of every protected table use ``ntk.actor()``, which reads the transaction-local setting
``app.actor``. A session-level setting would remain in a pooled connection and show one person's rows to
the next; a transaction-local one cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from .signing import signed

_acting: ContextVar[int | None] = ContextVar("acting", default=None)


class Actor(Protocol):
    pk: int


def is_acting() -> bool:
    """Whether a block of ``acting_as`` is open here."""
    return _acting.get() is not None


def acting_id() -> int | None:
    """The key of whoever acts here."""
    return _acting.get()


@contextmanager
def acting_as(actor: Actor | int, *, purpose: str) -> Iterator[None]:
    """Run the block as ``actor`` in one durable transaction; ``purpose`` is a short code for the journal.

    Raises ValueError for an unsaved actor, and RuntimeError if another block is open, because a change of actor within
    a transaction would mix two persons' rights. Raises TransactionManagementError if the block caught a database
    error: PostgreSQL would silently roll back on commit.
    """
    actor_id = actor if isinstance(actor, int) else actor.pk
    if not actor_id:
        raise ValueError("acting_as needs a stored actor")
    with transaction.atomic(durable=True):
        _set(signed(actor_id), purpose)
        token = _acting.set(actor_id)
        try:
            yield
        finally:
            _acting.reset(token)
        if _is_lost():
            raise transaction.TransactionManagementError("an error of the database was caught outside a savepoint")
    # A test's outer transaction continues after the block and must not keep the actor.
    if connection.in_atomic_block:
        _set("", "")


def _is_lost() -> bool:
    raw = connection.connection
    return (
        raw is not None and not connection.needs_rollback and raw.info.transaction_status == TransactionStatus.INERROR
    )


def _set(actor: str, purpose: str) -> None:
    # A pipeline, so that psycopg's BEGIN and this statement need only one round trip.
    with connection.cursor() as cursor, connection.wrap_database_errors, connection.connection.pipeline():
        cursor.execute(
            "select set_config('app.actor', %s, true), set_config('app.purpose', %s, true)",
            [actor, purpose],
        )
