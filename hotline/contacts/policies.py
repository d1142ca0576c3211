"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    Unprotected,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    orgs_as,
    quoted,
    service,
)

from . import events
from .states import FINISHED, UNFINISHED
from .vocabulary import Channel

HANDLERS = at_the_centre("handler")
COORDINATORS = at_the_centre("coordinator")
SHIFT = at_the_centre("handler", "coordinator")
#: A condition on the contact: it is the actor's, has no handler, or has surfaced to the shift.
TO_WORK_ON = f"({is_actor('handler_id')} or handler_id is null or surfaced_at is not null)"
WORKERS = both(HANDLERS, "if the contact is theirs, nobody's or surfaced to the shift", TO_WORK_ON)
GRANTED = Rule("to whom access was granted for a time", "id = any((select ntk.granted_contacts())::uuid[])")
# PostgreSQL looks up one row or, for many, reads the actor's rows once; only those are visible in it.
READERS = Rule(
    "handlers who work on a case of the contact",
    "exists (select 1 from hotline_contactreader r where r.contact_id = hotline_contact.id)",
)
TELEPHONE = service("telephone")
#: A call that could not be put through, a message.
BY_TELEPHONE = (
    f"state in ({quoted(*UNFINISHED)}) and channel in ({quoted(Channel.PHONE, Channel.SMS, Channel.WHATSAPP)})"
)
TELEPHONE_DRAFTS = both(TELEPHONE, "drafts that came by telephone or message", BY_TELEPHONE)
NOBODYS_DRAFTS = both(TELEPHONE_DRAFTS, "while nobody works on them", "handler_id is null")
APPLICANT = Rule("who asked for access", is_actor("requested_by_id"))

DECLARATIONS: list[Declaration] = [
    Protected(
        "hotline_contact",
        select=[COORDINATORS, WORKERS, GRANTED, service("shift"), TELEPHONE_DRAFTS, READERS],
        insert=[
            both(SHIFT, "for themselves or nobody", f"(handler_id is null or {is_actor('handler_id')})"),
            NOBODYS_DRAFTS,
        ],
        update=[
            COORDINATORS,
            WORKERS,
            service("shift"),
            Rule(TELEPHONE_DRAFTS.who, TELEPHONE_DRAFTS.sql, check=NOBODYS_DRAFTS.sql),
        ],
    ),
    Protected(
        "hotline_contactreader",
        select=[both(HANDLERS, "if it names them or nobody", f"({is_actor('user_id')} or user_id is null)")],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    # The whole shift may read the worklist of callbacks and its events.
    Protected("hotline_callback", select=[SHIFT, TELEPHONE], insert=[SHIFT, TELEPHONE], update=[SHIFT, TELEPHONE]),
    Protected(
        "hotline_accessrequest",
        select=[APPLICANT, at_the_centre("coordinator", "dpo")],
        insert=[
            Rule(
                "handlers, coordinators and data protection officers of the contact's centre, for themselves",
                f"{is_actor('requested_by_id')} and centre_id = any({orgs_as('handler', 'coordinator', 'dpo')})"
                " and centre_id = ntk.centre_of_contact(contact_id)",
            )
        ],
        update=[both(COORDINATORS, "not the one who asked", "requested_by_id <> (select ntk.actor())")],
    ),
    Unprotected("hotline_(topic|callertype)", "lists to choose from"),
    Addition("journal_event", "contact", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(__name__, DECLARATIONS, FINISHED=quoted(*FINISHED))
