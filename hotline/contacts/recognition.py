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

from .models import Contact
from .terms import label_of

# Whether the reader may open a contact is decided by the policies of its table.
EARLIER = """
select found.id, found.number, found.started_at, found.same_number, coalesce(handler.name, ''),
    exists (select from hotline_contact where hotline_contact.id = found.id),
    exists (select from hotline_accessrequest
        where contact_id = found.id and requested_by_id = %s and decided_at is null),
    type.label_en, type.label_fr, type.label_de
from ntk.earlier_contacts(%s::bytea, %s, %s, %s, %s)
    with ordinality as found (id, number, started_at, caller_type, handler_id, same_number, position)
left join accounts_user handler on handler.id = found.handler_id
join hotline_callertype type on type.code = found.caller_type
order by found.position
"""


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
    index = bytes(contact.phone_index) if contact.phone_index else None
    with connection.cursor() as cursor:
        like = [index, contact.postal_code, contact.age_band, contact.phenomenon, contact.pk]
        cursor.execute(EARLIER, [user.pk, *like])
        rows = cursor.fetchall()
    return [
        Earlier(
            contact_id=contact_id,
            reference=f"C-{number}",
            started_at=started_at,
            caller_type=label_of(*labels),
            ask=ask,
            same_number=same_number,
            may_open=may_open,
            is_asked=is_asked,
        )
        for contact_id, number, started_at, same_number, ask, may_open, is_asked, *labels in rows
    ]


def leave_trace(user: User, contact: Contact, found: list[Earlier]) -> None:
    """Record that earlier contacts were shown."""
    if found:
        look("contact.recognised", by=user, subject=contact.pk, centre=contact.centre_id)
