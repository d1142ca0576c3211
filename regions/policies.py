"""Which tables have no row-level security, and why."""

from __future__ import annotations

from foundation.privacy.rls import Declaration, Unprotected, declared_items

DECLARATIONS: list[Declaration] = [
    Unprotected(
        r"regions_\w+", "reference data about regions and partner organisations, without persons who seek help"
    ),
]
sql_items = declared_items(__name__, DECLARATIONS)
