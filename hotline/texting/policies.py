"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.rls import (
    Declaration,
    Protected,
    Rule,
    Transitions,
    at_the_centre,
    both,
    declared_items,
    service,
)
from hotline.contacts.policies import TO_WORK_ON

from .states import MACHINES, Who

TELEPHONE = service("telephone")
COORDINATORS = at_the_centre("coordinator")
#: Access that was granted is for reading.
GRANTED = Rule("to whom access was granted for a time", "contact_id = any((select ntk.granted_contacts())::uuid[])")
#: Messages are readable and written with their contact.
OF_CONTACT = [
    TELEPHONE,
    COORDINATORS,
    both(
        at_the_centre("handler"),
        "if the contact is theirs, nobody's or surfaced to the shift",
        f"contact_id in (select id from hotline_contact where {TO_WORK_ON})",
    ),
]

DECLARATIONS: list[Declaration] = [
    Protected("texting_textmessage", select=[*OF_CONTACT, GRANTED], insert=OF_CONTACT, update=[TELEPHONE]),
    Transitions("texting_textmessage", MACHINES[0], who={Who.TELEPHONE: TELEPHONE}),
    Protected(
        "texting_optout",
        select=[TELEPHONE, at_the_centre("handler", "coordinator")],
        insert=[TELEPHONE],
        update=[TELEPHONE],
    ),
]
sql_items = declared_items(__name__, DECLARATIONS)
