"""Who may read which row of this app's tables, and the functions that erase. See foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.journal.events import ERASED
from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    quoted,
    service,
)

from .dossiers import dossier
from .models import ErasureReason

RETENTION = service("retention")
OFFICERS = at_the_centre("dpo")
DECIDE = at_the_centre("coordinator", "dpo")
BY_OFFICERS = quoted(ErasureReason.REQUEST, ErasureReason.OBJECTION)
OF_THEIR_CENTRE = "centre_id = ntk.centre_of_dossier(subject)"

DECLARATIONS: list[Declaration] = [
    # Carried out by ntk.carry_out_erasure alone.
    Protected(
        "retention_erasure",
        select=[RETENTION, DECIDE],
        insert=[
            both(
                OFFICERS,
                "in their own name, for a dossier of the centre",
                f"{is_actor('decided_by_id')} and {OF_THEIR_CENTRE} and reason in ({BY_OFFICERS})"
                " and done_at is null"
                " and withdrawn_at is null and keys = '{}'",
            ),
            both(
                RETENTION,
                "what is due",
                f"{is_actor('decided_by_id')} and {OF_THEIR_CENTRE} and reason = 'due'"
                " and done_at is null and withdrawn_at is null and keys = '{}'",
            ),
        ],
        update=[
            Rule(
                f"{OFFICERS.who}: withdrawn before it is carried out, in their own name",
                OFFICERS.sql,
                check=f"{OFFICERS.sql} and withdrawn_at is not null and {is_actor('withdrawn_by_id')}",
            ),
            Rule(
                f"{RETENTION.who}: what is no longer due",
                f"{RETENTION.sql} and reason = 'due'",
                check=f"{RETENTION.sql} and withdrawn_at is not null and {is_actor('withdrawn_by_id')}",
            ),
        ],
        update_columns=["withdrawn_at", "withdrawn_by_id"],
        granted={"lotse_policy": "insert, update (done_at, keys, reason)"},
    ),
    Protected(
        "retention_hold",
        select=[RETENTION, DECIDE],
        insert=[
            both(
                DECIDE,
                "in their own name, for a dossier of the centre",
                f"{is_actor('made_by_id')} and {OF_THEIR_CENTRE} and ended_at is null",
            )
        ],
        update=[both(DECIDE, "its end, in their own name", f"(ended_at is null or {is_actor('ended_by_id')})")],
        update_columns=["ended_at", "ended_by_id"],
    ),
    Addition("journal_event", "retention", select=[RETENTION]),
]
sql_items = declared_items(__name__, DECLARATIONS, ERASED=quoted(ERASED.code), **dossier().values())
