"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see rls.py."""

from __future__ import annotations

from .rls import ANY_ACTOR, Addition, Declaration, Protected, Rule, declared_items

OWNER = Rule("the owner of the tables", "true")

DECLARATIONS: list[Declaration] = [
    # Whoever may read a row of the dossier reads its key: declared after the last app with encrypted values.
    # Only the function that erases a dossier empties it.
    Protected(
        "privacy_datakey",
        insert=[ANY_ACTOR],
        denied="update, delete, truncate",
        granted={"lotse_policy": "update (wrapped, erased_at)"},
    ),
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
