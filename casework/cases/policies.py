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
    orgs_as,
)

from .events import CASE_READERS

COORDINATORS = at_the_centre("coordinator")
#: Handlers who are responsible or contact person, or all while nobody is responsible within the centre.
WORKERS = Rule("handlers who work on the case", "id = any((select ntk.my_cases())::uuid[])")
# A case that is being opened has no responsibility yet, so its columns are checked too.
CONTACT_PERSON = both(at_the_centre("handler"), "as its contact person", is_actor("contact_person_id"))
GRANTED = Rule(
    "to whom access to one of its contacts was granted for a time", "id = any((select ntk.granted_cases())::uuid[])"
)
# Rows of a case are fetched by case, so the check by key costs one look-up a row.
READERS = Rule("who may read the case", "exists (select 1 from cases_case c where c.id = case_id)")
WRITERS_SQL = (
    f"exists (select 1 from cases_case c where c.id = case_id and (c.centre_id = any({orgs_as('coordinator')})"
    " or c.id = any((select ntk.my_cases())::uuid[])"
    f" or (c.contact_person_id = (select ntk.actor()) and c.centre_id = any({orgs_as('handler')}))))"
)
WRITERS = Rule("who may write in the case", WRITERS_SQL)

DECLARATIONS: list[Declaration] = [
    Protected(
        "cases_case",
        select=[COORDINATORS, WORKERS, CONTACT_PERSON, GRANTED],
        insert=[both(at_the_centre("handler", "coordinator"), "in their own name", is_actor("opened_by_id"))],
        update=[COORDINATORS, WORKERS, CONTACT_PERSON],
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
    Protected("cases_note", select=[READERS], insert=[both(WRITERS, "in their own name", is_actor("written_by_id"))]),
    Protected(
        "cases_responsibility",
        select=[Rule("whose it is", is_actor("user_id")), READERS],
        insert=[
            Rule(
                "who may write in the case, also while it has nobody responsible, in their own name",
                f"{is_actor('given_by_id')} and ({WRITERS_SQL} or ntk.is_moving(case_id))",
            )
        ],
        update=[WRITERS],
    ),
    Addition("journal_event", "case", select=CASE_READERS),
    Addition(
        "hotline_contact",
        "case",
        select=[
            Rule(
                "handlers who work on a case of the contact",
                "id = any((select ntk.contacts_of_my_cases())::uuid[])",
            )
        ],
    ),
]
sql_items = declared_items(__name__, DECLARATIONS)
