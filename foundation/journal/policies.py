"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py.

Each app that writes events adds policies to ``journal_event`` for its own events.
"""

from __future__ import annotations

from foundation.privacy.rls import (
    ANY_ACTOR,
    BY_APPLICATION,
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

from .events import ERASED, SEALED

OWNER = Rule("the owner of the tables", "true")
OWN = Rule("who did it", is_actor("actor_id"))
#: Refusals of people without a centre that asked for something unknown.
OF_NO_CENTRE = Rule(
    "data protection officers of any centre, if it belongs to none",
    f"centre_id is null and {orgs_as('dpo')} <> '{{}}'",
)
#: What partners' people change of their own accounts.
OF_ACCOUNTS = both(OF_NO_CENTRE, "if it is about an account", "kind ^@ 'user.'")
#: Who looked at a record of their centre. Not what the data protection officer looked for in the journal.
OF_RECORDS = both(
    at_the_centre("coordinator"),
    "if it is about a record",
    "subject is not null and what not in ('audit.read', 'looks.read')",
)

DECLARATIONS: list[Declaration] = [
    Protected(
        "journal_event",
        select=[OWN, at_the_centre("coordinator", "dpo"), service("relay"), OF_ACCOUNTS],
        insert=[OWN],
        append_only=True,
        granted={"lotse_policy": "update (data)"},
    ),
    # The end of the chain: only the chain's functions read and write it.
    Protected("journal_head", denied="all", granted={"lotse_policy": "select, update"}),
    # Hashes contain no personal data.
    Protected(
        "journal_link",
        select=[ANY_ACTOR],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, update (erased_by_id)"},
    ),
    Protected(
        "journal_outbox",
        select=[service("relay")],
        update=[service("relay")],
        delete=[service("relay")],
        denied="insert",
        granted={"lotse_policy": "insert"},
    ),
    Protected(
        "journal_look",
        select=[OWN, at_the_centre("dpo"), OF_NO_CENTRE, OF_RECORDS],
        insert=[both(OWN, "now", "seal_id is null and at between now() - interval '1 minute' and clock_timestamp()")],
        append_only=True,
        granted={"lotse_policy": "insert, update (seal_id)"},
    ),
    # Hashes: only the functions that write and verify them read them.
    Protected("journal_rolechange", denied="all", granted={"lotse_policy": "insert, update (seal_id)"}),
    # A trigger reads them; migrating writes them.
    Protected("journal_declaredkind", denied="all"),
    Addition(
        "journal_declaredkind",
        "owner",
        role="lotse_owner",
        select=[OWNER],
        insert=[OWNER],
        delete=[OWNER],
    ),
    Unprotected("journal_heartbeat", "when a background process was last alive"),
]
sql_items = declared_items(
    __name__, DECLARATIONS, BY_APPLICATION=BY_APPLICATION, SEALED=quoted(SEALED.code), ERASED=quoted(ERASED.code)
)
