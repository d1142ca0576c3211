"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    BY_APPLICATION,
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
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
from .states import CALLBACK_OVER, FINISHED, IN_HAND, MACHINES, TO_CALL, UNFINISHED, Who
from .vocabulary import GRANT_LASTS, CallbackOrigin, Channel

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
#: Both surface contacts: unfinished ones, and those without a triage.
CLOCKS = service("shift", "deadlines")
#: A call that could not be put through, a message.
BY_TELEPHONE = (
    f"state in ({quoted(*UNFINISHED)}) and channel in ({quoted(Channel.PHONE, Channel.SMS, Channel.WHATSAPP)})"
)
TELEPHONE_DRAFTS = both(TELEPHONE, "drafts that came by telephone or message", BY_TELEPHONE)
NOBODYS_DRAFTS = both(TELEPHONE_DRAFTS, "while nobody works on them", "handler_id is null")
APPLICANT = Rule("who asked for access", is_actor("requested_by_id"))
#: Clocks of the application's servers may differ a little from the database's.
LONGEST_GRANT = f"granted_until <= now() + interval '{GRANT_LASTS.days} days 10 minutes'"
#: A callback: nobody's, or taken by the actor with the contact that logs it.
TAKEN_BY_ACTOR = (
    f"(state in ({quoted(*IN_HAND)}) and {is_actor('claimed_by_id')} and conversation_id is not null"
    f" or state not in ({quoted(*IN_HAND)}) and claimed_by_id is null)"
)
#: Columns of a contact that actions change.
CHANGING = [
    "handler_id",
    "state",
    "kind",
    "channel",
    "started_at",
    "completed_at",
    "completed_by_id",
    "saved_at",
    "surfaced_at",
    "version",
    "ending",
    "ends_at",
    "ending_by_id",
    "caller_type_id",
    "language",
    "relation",
    "alias",
    "phone",
    "phone_index",
    "caller_id_kind",
    "country",
    "postal_code",
    "municipality",
    "region_id",
    "region_source",
    "age_band",
    "sex",
    "phenomenon",
    "topics",
    "label",
    "advice",
    "notes",
    "is_hard",
]
CONTACT, CALLBACK = MACHINES

DECLARATIONS: list[Declaration] = [
    Protected(
        "hotline_contact",
        select=[COORDINATORS, WORKERS, GRANTED, CLOCKS, TELEPHONE_DRAFTS, READERS],
        insert=[
            both(SHIFT, "for themselves or nobody", f"(handler_id is null or {is_actor('handler_id')})"),
            NOBODYS_DRAFTS,
        ],
        update=[
            COORDINATORS,
            WORKERS,
            CLOCKS,
            Rule(TELEPHONE_DRAFTS.who, TELEPHONE_DRAFTS.sql, check=NOBODYS_DRAFTS.sql),
        ],
        update_columns=CHANGING,
    ),
    Transitions(
        "hotline_contact",
        CONTACT,
        who={Who.SHIFT: both(SHIFT, "in their own name", is_actor("completed_by_id"))},
        marks=["completed_at", "completed_by_id"],
    ),
    Protected(
        "hotline_contactreader",
        select=[both(HANDLERS, "if it names them or nobody", f"({is_actor('user_id')} or user_id is null)")],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    # The whole shift may read the worklist of callbacks and its events.
    Protected(
        "hotline_callback",
        select=[SHIFT, TELEPHONE],
        insert=[both(one, "in their own name", is_actor("made_by_id")) for one in (SHIFT, TELEPHONE)],
        update=[SHIFT],
        update_columns=["state", "claimed_by_id", "conversation_id", "due_at", "attempts", "ended_at"],
    ),
    Transitions(
        "hotline_callback",
        CALLBACK,
        who={
            Who.SHIFT: both(SHIFT, "nobody's, and into their own hand only", TAKEN_BY_ACTOR),
            Who.HOLDER: both(
                SHIFT,
                "if it is in their hand, or they completed its conversation; coordinators",
                f"(old.claimed_by_id = (select ntk.actor()) or {COORDINATORS.sql} or exists (select from"
                " hotline_contact h where h.id = old.conversation_id and h.completed_by_id = (select ntk.actor())))",
            ),
        },
        marks=["claimed_by_id", "conversation_id", "attempts", "ended_at"],
    ),
    Protected(
        "hotline_accessrequest",
        select=[APPLICANT, at_the_centre("coordinator", "dpo")],
        insert=[
            Rule(
                "handlers, coordinators and data protection officers of the contact's centre, for themselves",
                f"{is_actor('requested_by_id')} and centre_id = any({orgs_as('handler', 'coordinator', 'dpo')})"
                " and centre_id = ntk.centre_of_contact(contact_id) and decided_at is null and decided_by_id is null"
                " and granted_until is null",
            )
        ],
        update=[
            Rule(
                f"{COORDINATORS.who}, not the one who asked: once, in their own name, for at most"
                f" {GRANT_LASTS.days} days",
                f"{COORDINATORS.sql} and requested_by_id <> (select ntk.actor())",
                check=f"{COORDINATORS.sql} and requested_by_id <> (select ntk.actor()) and decided_at is not null"
                f" and {is_actor('decided_by_id')} and (granted_until is null or {LONGEST_GRANT})",
            )
        ],
        update_columns=["decided_at", "decided_by_id", "granted_until"],
    ),
    Unprotected("hotline_(topic|callertype)", "lists to choose from"),
    Addition("journal_event", "contact", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    FINISHED=quoted(*FINISHED),
    BY_APPLICATION=BY_APPLICATION,
    TO_CALL=quoted(*TO_CALL),
    CALLBACK_IN_HAND=quoted(*IN_HAND),
    CALLBACK_OVER=quoted(*CALLBACK_OVER),
    MISSED=str(CallbackOrigin.MISSED),
)
