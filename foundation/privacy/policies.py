"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see rls.py."""

from __future__ import annotations

from .rls import ANY_ACTOR, Declaration, Protected, declared_items

DECLARATIONS: list[Declaration] = [
    # A data key is useless without the master key, and each encrypted value is in a row with its own policies.
    Protected("privacy_datakey", select=[ANY_ACTOR], insert=[ANY_ACTOR]),
]
sql_items = declared_items(__name__, DECLARATIONS)
