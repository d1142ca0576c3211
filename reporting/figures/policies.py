"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    Unprotected,
    at_the_centre,
    declared_items,
    service,
)

from .measures import MEASURES
from .populations import counted_for_releases

STATISTICS = service("statistics")
COORDINATORS = at_the_centre("coordinator")

DECLARATIONS: list[Declaration] = [
    Protected("reporting_cell", select=[STATISTICS, COORDINATORS], insert=[STATISTICS], update=[STATISTICS]),
    Protected("reporting_counted", select=[STATISTICS], insert=[STATISTICS], update=[STATISTICS], delete=[STATISTICS]),
    Protected("reporting_import", select=[STATISTICS, COORDINATORS], insert=[STATISTICS]),
    Protected(
        "reporting_importedcount",
        select=[
            STATISTICS,
            Rule(
                "coordinators of the centre that imported it",
                f"source_id in (select id from reporting_import where {COORDINATORS.sql})",
            ),
        ],
        insert=[STATISTICS],
    ),
    Unprotected("reporting_progress", "up to where in the journal everything is counted"),
    Addition("journal_event", "statistics", select=[STATISTICS]),
]
sql_items = declared_items(__name__, DECLARATIONS, COUNTED=counted_for_releases(MEASURES))
