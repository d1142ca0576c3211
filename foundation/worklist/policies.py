"""Who may read which row of the worklist, and the functions by which apps write it. See foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.accounts.states import TO_CONFIRM
from foundation.privacy.rls import (
    Declaration,
    Protected,
    Rule,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    orgs_as,
    quoted,
    service,
)

#: Who works at an organisation and so may take what is nobody's there.
WORKING = ("handler", "coordinator", "partner_worker", "partner_coordinator", "liaison")
#: Who sees the work of all people of their organisation.
LEADING = ("coordinator", "partner_coordinator")
DEADLINES = service("deadlines")
COLLEAGUES = Rule("who works at the organisation", f"organisation_id = any({orgs_as(*WORKING)})")
OWN_OR_LED = Rule(
    "the person themselves, and coordinators of the organisation",
    f"({is_actor('user_id')} and {COLLEAGUES.sql} or organisation_id = any({orgs_as(*LEADING)}))",
)
THE_PERSON = Rule("the person", is_actor("user_id"))

DECLARATIONS: list[Declaration] = [
    Protected(
        "worklist_workitem",
        select=[
            Rule("whose work it is", is_actor("user_id")),
            Rule(
                "who works at the organisation, while it is nobody's and not for another role",
                f"user_id is null and role = '' and organisation_id = any({orgs_as(*WORKING)})",
            ),
            Rule("coordinators of the organisation", f"organisation_id = any({orgs_as(*LEADING)})"),
            at_the_centre("coordinator"),
            DEADLINES,
        ],
        update=[DEADLINES],
        update_columns=["steps_done", "next_at", "is_escalated", "told"],
        denied="insert",
        granted={"lotse_policy": "insert, update, delete"},
    ),
    Protected(
        "worklist_absence",
        select=[COLLEAGUES, DEADLINES],
        insert=[both(OWN_OR_LED, "in their own name", is_actor("made_by_id"))],
        update=[OWN_OR_LED, DEADLINES],
        update_columns=["ended_at"],
    ),
    Protected(
        "worklist_mailchoice",
        select=[THE_PERSON, DEADLINES],
        insert=[THE_PERSON],
        update=[THE_PERSON],
        update_columns=["daily", "urgent"],
        denied="delete, truncate",
    ),
    Protected(
        "worklist_workmail",
        select=[DEADLINES],
        insert=[DEADLINES],
        update=[DEADLINES],
        update_columns=["attempts", "due_at", "claimed_until", "ended_at", "sent_at"],
    ),
]
sql_items = declared_items(__name__, DECLARATIONS, TO_CONFIRM=quoted(*TO_CONFIRM))
