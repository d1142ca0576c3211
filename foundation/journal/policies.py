"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py.

Each app that writes events adds policies to ``journal_event`` for its own events.
"""

from __future__ import annotations

from foundation.privacy.rls import (
    ANY_ACTOR,
    Declaration,
    Protected,
    Rule,
    Unprotected,
    at_the_centre,
    declared_items,
    is_actor,
    service,
)

OWN = Rule("who did it", is_actor("actor_id"))

DECLARATIONS: list[Declaration] = [
    Protected(
        "journal_event",
        select=[OWN, at_the_centre("coordinator", "dpo"), service("relay")],
        insert=[OWN],
        append_only=True,
    ),
    # The end of the chain: only the chain's functions read and write it.
    Protected("journal_head", denied="all", granted={"lotse_policy": "select, update"}),
    # Hashes contain no personal data.
    Protected(
        "journal_link",
        select=[ANY_ACTOR],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert"},
    ),
    Protected(
        "journal_outbox",
        select=[service("relay")],
        update=[service("relay")],
        delete=[service("relay")],
        denied="insert",
        granted={"lotse_policy": "insert"},
    ),
    Protected("journal_look", select=[OWN, at_the_centre("dpo")], insert=[OWN], append_only=True),
    Unprotected("journal_heartbeat", "when a background process was last alive"),
]
sql_items = declared_items(__name__, DECLARATIONS)
