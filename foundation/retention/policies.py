"""Who may read which row of this app's tables, and the functions that erase. See foundation/privacy/rls.py."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.journal.events import ERASED
from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    quoted,
    service,
)

from .dossiers import dossier
from .models import ErasureReason, RequestKind
from .states import CHECKED, OPEN, REQUEST, Who

RETENTION = service("retention")
OFFICERS = at_the_centre("dpo")
DECIDE = at_the_centre("coordinator", "dpo")
BY_OFFICERS = quoted(ErasureReason.REQUEST, ErasureReason.OBJECTION)
COORDINATORS = at_the_centre("coordinator")
OF_THEIR_CENTRE = "centre_id = ntk.centre_of_dossier(subject)"


def request_is(states: Sequence[str]) -> str:
    """SQL: the row's request is of its centre, in one of these states."""
    return f"ntk.request_is(request_id, centre_id, array[{quoted(*states)}])"


ITEM_OF_REQUEST = (
    "exists (select 1 from retention_requestdossier d"
    " where d.id = dossier_id and d.centre_id = retention_requestitem.centre_id and d.ended_at is null"
    f" and d.agreed_at is not null and ntk.request_is(d.request_id, d.centre_id, array[{quoted(*CHECKED)}]))"
)
#: Columns that change with the state.
REQUEST_MARKS = [
    "identity", "identified_at", "identified_by_id", "legal_basis", "refusal", "decision", "ended_at", "ended_by_id",
]  # fmt: skip

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
                f" and (request_id is null or {request_is(CHECKED)}) and done_at is null"
                " and withdrawn_at is null and keys = '{}'",
            ),
            both(
                RETENTION,
                "what is due",
                f"{is_actor('decided_by_id')} and {OF_THEIR_CENTRE} and reason = 'due'"
                " and request_id is null and done_at is null and withdrawn_at is null and keys = '{}'",
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
    # Coordinators see those that they are asked about.
    Protected(
        "retention_request",
        select=[
            OFFICERS,
            both(
                COORDINATORS,
                "if a dossier was chosen for it",
                "exists (select 1 from retention_requestdossier d where d.request_id = retention_request.id)",
            ),
        ],
        insert=[
            both(
                OFFICERS,
                "in their own name, not extended",
                f"{is_actor('made_by_id')} and extended_at is null and identified_at is null and ended_at is null",
            )
        ],
        update=[
            Rule(
                f"{OFFICERS.who}: while it is open; extended once, in their own name",
                f"{OFFICERS.sql} and state in ({quoted(*OPEN)})",
                check=f"{OFFICERS.sql}",
            )
        ],
        update_columns=["state", "due_on", "extended_at", "extended_by_id", "extension_reason", *REQUEST_MARKS],
    ),
    Transitions(
        "retention_request",
        REQUEST,
        who={
            Who.OFFICER: both(
                OFFICERS,
                "in their own name",
                f"(state in ({quoted(*CHECKED)}) and {is_actor('identified_by_id')}"
                f" or state not in ({quoted(*OPEN)}) and {is_actor('ended_by_id')}"
                " and identified_at is not distinct from old.identified_at"
                " and identified_by_id is not distinct from old.identified_by_id"
                " and identity is not distinct from old.identity)",
            )
        },
        marks=REQUEST_MARKS,
    ),
    Protected(
        "retention_requestdossier",
        select=[OFFICERS, COORDINATORS],
        insert=[
            both(
                OFFICERS,
                "in their own name, for a dossier of the centre and an open request, not agreed",
                f"{is_actor('added_by_id')} and {OF_THEIR_CENTRE} and {request_is(OPEN)}"
                " and agreed_at is null and ended_at is null",
            )
        ],
        update=[
            Rule(
                f"{COORDINATORS.who}: agreed or taken out in their own name, if somebody else chose it",
                f"{COORDINATORS.sql} and ended_at is null and added_by_id <> (select ntk.actor())",
                check=f"{COORDINATORS.sql} and {is_actor('coalesce(ended_by_id, agreed_by_id)')}",
            ),
            Rule(
                f"{OFFICERS.who}: taken out in their own name",
                f"{OFFICERS.sql} and ended_at is null",
                check=f"{OFFICERS.sql} and ended_at is not null and {is_actor('ended_by_id')}",
            ),
        ],
        update_columns=["agreed_at", "agreed_by_id", "ended_at", "ended_by_id"],
    ),
    Protected(
        "retention_requestitem",
        select=[OFFICERS],
        insert=[
            both(
                OFFICERS,
                "in their own name, of an opened dossier",
                f"{is_actor('decided_by_id')} and {ITEM_OF_REQUEST}",
            )
        ],
        update=[
            both(
                OFFICERS,
                "in their own name, of an opened dossier",
                f"{is_actor('decided_by_id')} and {ITEM_OF_REQUEST}",
            )
        ],
        update_columns=["digest", "left_out", "decided_at", "decided_by_id"],
    ),
    Addition(
        "privacy_datakey",
        "by_request",
        select=[Rule("who may read the request that is encrypted with it", "ntk.reads_request(id)")],
    ),
    Addition("journal_event", "retention", select=[RETENTION]),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    ERASED=quoted(ERASED.code),
    ACCESS=quoted(RequestKind.ACCESS),
    CHECKED=quoted(*CHECKED),
    REQUEST_OPEN=quoted(*OPEN),
    **dossier().values(),
)
