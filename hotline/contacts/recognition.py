"""Possible earlier contacts of the same caller or about the same person. A hint only; contacts are never merged.

The database returns metadata only, even of contacts that the reader may not open: see ``ntk.earlier_contacts``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from foundation.accounts.models import User
from foundation.journal.actions import look

from .models import AccessRequest, CallerType, Contact


@dataclass(frozen=True)
class Earlier:
    """An earlier contact. ``ask``: who logged it. ``same_number``: a strong hint; else place and age are the same."""

    contact_id: uuid.UUID
    reference: str
    started_at: datetime
    caller_type: str
    ask: str
    same_number: bool
    may_open: bool
    is_asked: bool


def earlier_contacts(user: User, contact: Contact) -> list[Earlier]:
    """At most six contacts, those with the same number first."""
    rows = _rows(contact)
    ids = [row[0] for row in rows]
    types = {term.code: str(term) for term in CallerType.objects.all()} if rows else {}
    names = dict(User.objects.filter(pk__in=[row[4] for row in rows]).values_list("pk", "name"))
    readable = set(Contact.objects.filter(pk__in=ids).values_list("pk", flat=True))
    asked = _asked(user, ids)
    return [
        Earlier(
            contact_id=row[0],
            reference=f"C-{row[1]}",
            started_at=row[2],
            caller_type=types.get(row[3], ""),
            ask=names.get(row[4] or 0, ""),
            same_number=row[5],
            may_open=row[0] in readable,
            is_asked=row[0] in asked,
        )
        for row in rows
    ]


def _rows(contact: Contact) -> list[tuple[uuid.UUID, int, datetime, str, int | None, bool]]:
    index = bytes(contact.phone_index) if contact.phone_index else None
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, number, started_at, caller_type, handler_id, same_number"
            " from ntk.earlier_contacts(%s::bytea, %s, %s, %s, %s)",
            [index, contact.postal_code, contact.age_band, contact.phenomenon, contact.pk],
        )
        rows: list[tuple[uuid.UUID, int, datetime, str, int | None, bool]] = cursor.fetchall()
    return rows


def _asked(user: User, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Contacts to which the user has requested access, without a decision yet."""
    waiting = AccessRequest.objects.undecided().filter(requested_by=user, contact__in=ids)
    return set(waiting.values_list("contact_id", flat=True))


def leave_trace(user: User, contact: Contact, found: list[Earlier]) -> None:
    """Record that earlier contacts were shown."""
    if found:
        look("contact.recognised", by=user, subject=contact.pk, centre=contact.centre_id)
