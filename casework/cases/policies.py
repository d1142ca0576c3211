"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

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
)
from triage.states import IN_FORCE

from .events import CASE_READERS
from .opening import DUTIES_THAT_OPEN, OPENS_CASE

COORDINATORS = at_the_centre("coordinator")
#: A condition on the case: the actor is responsible or its contact person, or nobody is responsible within the centre.
IS_MINE = (
    f"({is_actor('contact_person_id')} or {is_actor('responsible_user_id')}"
    " or (responsible_user_id is null and responsible_organisation_id = centre_id))"
)
WORKERS = both(at_the_centre("handler"), "who work on the case", IS_MINE)
GRANTED = Rule(
    "to whom access to one of its contacts was granted for a time", "id = any((select ntk.granted_cases())::uuid[])"
)
# Rows of a case are fetched by case, so the check by key costs one look-up a row.
READERS = Rule("who may read the case", "exists (select 1 from cases_case c where c.id = case_id)")
WRITERS = Rule(
    "who may write in the case",
    f"exists (select 1 from cases_case where id = case_id and (({COORDINATORS.sql}) or ({WORKERS.sql})))",
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
    Protected(
        "cases_casecontact",
        select=[
            READERS,
            # People who may read a contact see that it has a case, but not the case, so that they open no second one.
            Rule("who may read the contact", "exists (select 1 from hotline_contact h where h.id = contact_id)"),
        ],
        insert=[WRITERS],
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
        insert=[both(WRITERS, "in their own name", is_actor("given_by_id"))],
        update=[WRITERS],
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
