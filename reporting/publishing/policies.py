"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.rls import (
    ANY_ACTOR,
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

from .states import MACHINES, PREPARED, RELEASED, Who

COORDINATORS = at_the_centre("coordinator")
ENDS_IT = both(COORDINATORS, "in their own name", is_actor("ended_by_id"))
IS_RELEASED = f"state in ({quoted(*RELEASED)})"
#: The columns of a release that a funder's program may read.
PUBLISHED_COLUMNS = "id, kind, first, last, state, small, base, content, digest, ended_at"

DECLARATIONS: list[Declaration] = [
    # Nobody may change a release: only the state of a prepared one, and whether a released one is public.
    Protected(
        "publishing_release",
        select=[
            COORDINATORS,
            both(at_the_centre("funder"), "what was released", IS_RELEASED),
            service("statistics"),
            both(ANY_ACTOR, "what was released to the public", f"{IS_RELEASED} and is_public"),
        ],
        insert=[
            both(
                COORDINATORS,
                "prepared, in their own name",
                f"state in ({quoted(*PREPARED)}) and {is_actor('prepared_by_id')} and not is_public",
            )
        ],
        update=[COORDINATORS],
        update_columns=["state", "ended_at", "ended_by_id", "is_public"],
        granted={"lotse_stats": f"select ({PUBLISHED_COLUMNS})"},
    ),
    Transitions(
        "publishing_release",
        MACHINES[0],
        who={
            Who.SECOND_PERSON: both(ENDS_IT, "not the one who prepared it", "prepared_by_id <> (select ntk.actor())"),
            Who.COORDINATOR: ENDS_IT,
        },
        marks=["ended_at", "ended_by_id"],
    ),
    Protected(
        "publishing_paper",
        select=[Rule("who may read the release", "release_id in (select id from publishing_release)")],
        insert=[service("statistics")],
        append_only=True,
    ),
    Addition(
        "publishing_release",
        "programs",
        role="lotse_stats",
        select=[Rule("programs of funders: documents that were released", IS_RELEASED)],
    ),
]
sql_items = declared_items(__name__, DECLARATIONS, PREPARED=quoted(*PREPARED))
