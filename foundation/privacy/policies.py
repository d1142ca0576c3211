"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see rls.py."""

from __future__ import annotations

from .rls import ANY_ACTOR, Addition, Declaration, Protected, Rule, declared_items

OWNER = Rule("the owner of the tables", "true")

DECLARATIONS: list[Declaration] = [
    # A data key is useless without the master key, and each encrypted value is in a row with its own policies.
    Protected("privacy_datakey", select=[ANY_ACTOR], insert=[ANY_ACTOR]),
    # ntk.actor reads the keys; migrating writes them.
    Protected("privacy_signingkey", denied="all"),
    Addition(
        "privacy_signingkey",
        "owner",
        role="lotse_owner",
        select=[OWNER],
        insert=[OWNER],
        update=[OWNER],
        delete=[OWNER],
    ),
]
sql_items = declared_items(__name__, DECLARATIONS)
