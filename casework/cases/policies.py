"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

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
)
from triage.states import IN_FORCE

from .events import CASE_READERS
from .opening import DUTIES_THAT_OPEN, OPENS_CASE
from .states import CLOSED, MACHINES, Who

COORDINATORS = at_the_centre("coordinator")
HANDLERS = at_the_centre("handler")
#: A condition on the case: the actor is responsible or its contact person, or nobody is responsible within the centre.
IS_MINE = (
    f"({is_actor('contact_person_id')} or {is_actor('responsible_user_id')}"
    " or (responsible_user_id is null and responsible_organisation_id = centre_id))"
)
WORKERS = both(HANDLERS, "who work on the case", IS_MINE)
GRANTED = Rule(
    "to whom access to one of its contacts was granted for a time", "id = any((select ntk.granted_cases())::uuid[])"
)
# Rows of a case are fetched by case, so the check by key costs one look-up a row.
READERS = Rule("who may read the case", "exists (select 1 from cases_case c where c.id = case_id)")
WRITERS = Rule(
    "who may write in the case",
    f"exists (select 1 from cases_case where id = case_id and (({COORDINATORS.sql}) or ({WORKERS.sql})))",
)
#: A condition on a contact: the actor may write it, and it is of the case's centre.
CONTACT_TO_LINK = (
    "exists (select 1 from hotline_contact h join cases_case c on c.centre_id = h.centre_id"
    f" where h.id = contact_id and c.id = case_id and (h.{COORDINATORS.sql} or (h.{HANDLERS.sql}"
    f" and (h.handler_id = (select ntk.actor()) or h.handler_id is null or h.surfaced_at is not null))))"
)
#: Responsibility within the centre: coordinators move it to anybody, handlers take what is nobody's and give back what
#: is theirs. A partner's is moved by the partner alone (handoff).
MOVES = Rule(
    "coordinators of the centre; handlers who work on the case take it if it is nobody's, and give back their own",
    "exists (select 1 from cases_case where id = case_id and centre_id = organisation_id"
    f" and (({COORDINATORS.sql}) or (({WORKERS.sql}) and (user_id is null or {is_actor('user_id')}))))",
)
#: Columns that actions change. The trigger alone changes who is responsible.
CHANGING = ["assessment_id", "label", "disposition", "urgency", "state", "version", "closed_at", "closed_by_id"]

DECLARATIONS: list[Declaration] = [
    Protected(
        "cases_case",
        select=[COORDINATORS, WORKERS, GRANTED],
        insert=[
            both(
                at_the_centre("handler", "coordinator"),
                "in their own name, while the centre is responsible",
                f"{is_actor('opened_by_id')} and responsible_organisation_id = centre_id",
            )
        ],
        update=[COORDINATORS, WORKERS],
        update_columns=CHANGING,
        granted={"lotse_policy": "update (responsible_organisation_id, responsible_user_id)"},
    ),
    Transitions(
        "cases_case",
        MACHINES[0],
        who={
            Who.WORKERS: Rule(
                f"{COORDINATORS.who}; {WORKERS.who}; closed in their own name, while the centre is responsible",
                f"(({COORDINATORS.sql}) or ({WORKERS.sql})) and (state not in ({quoted(*CLOSED)})"
                f" or {is_actor('closed_by_id')} and responsible_organisation_id = centre_id)",
            )
        },
        marks=["closed_at", "closed_by_id"],
    ),
    Protected(
        "cases_casecontact",
        select=[
            READERS,
            # People who may read a contact see that it has a case, but not the case, so that they open no second one.
            Rule("who may read the contact", "exists (select 1 from hotline_contact h where h.id = contact_id)"),
        ],
        insert=[
            both(
                WRITERS,
                "contacts of its centre that they may write, in their own name",
                f"{is_actor('linked_by_id')} and {CONTACT_TO_LINK}",
            )
        ],
    ),
    Protected(
        "cases_casetoopen",
        select=[Rule("who may read the assessment", "ntk.sees_assessment(assessment_id)")],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    Protected("cases_note", select=[READERS], insert=[both(WRITERS, "in their own name", is_actor("written_by_id"))]),
    Protected(
        "cases_responsibility",
        select=[Rule("whose it is", is_actor("user_id")), READERS],
        insert=[both(MOVES, "in their own name", f"{is_actor('given_by_id')} and until is null")],
        update=[Rule(MOVES.who, f"until is null and {MOVES.sql}", check=f"until is not null and {MOVES.sql}")],
        update_columns=["until"],
    ),
    Addition("journal_event", "case", select=CASE_READERS),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    IS_MINE=IS_MINE,
    IN_FORCE=quoted(*IN_FORCE),
    OPENS_CASE=quoted(*sorted(OPENS_CASE)),
    DUTIES_THAT_OPEN=",".join(sorted(DUTIES_THAT_OPEN)),
)
