"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.accounts.roles import Permission
from foundation.privacy.event_kinds import kinds_of, reading_rules
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
    orgs_as,
    quoted,
)
from hotline.contacts.states import FINISHED
from hotline.contacts.vocabulary import Kind

from . import events
from .states import BEING_FILLED_IN, DECIDED, DROPPED, IN_FORCE, MACHINES, OPEN, REPLACED, WAITING
from .vocabulary import SECURING_DUTIES

# Rows are fetched by contact, so the check by key costs one look-up a row. A grant on a contact, as partners may get,
# does not include its triage.
READERS = both(
    at_the_centre("handler", "dpo"),
    "who see the contact",
    "exists (select 1 from hotline_contact c where c.id = contact_id)",
)
WORKERS = Rule(
    "coordinators of the contact's centre; its handlers if the contact is theirs, nobody's or surfaced to the shift",
    "exists (select 1 from hotline_contact c where c.id = contact_id and c.centre_id = triage_assessment.centre_id"
    f" and (c.centre_id = any({orgs_as('coordinator')}) or (c.centre_id = any({orgs_as('handler')})"
    " and (c.handler_id = (select ntk.actor()) or c.handler_id is null or c.surfaced_at is not null))))",
)

COORDINATORS = at_the_centre("coordinator")
WAIVERS = Rule(WORKERS.who, WORKERS.sql.replace("triage_assessment.", "triage_waiver."))
#: A step without a second person: completed by the actor, not where somebody else has to confirm.
ASSESSES = (
    f"(state in ({quoted(*DROPPED, *REPLACED)}) or {is_actor('completed_by_id')} and confirmed_by_id is null"
    f" and (state not in ({quoted(*IN_FORCE)}) or second_person_for = '{{}}'))"
)
CONFIRMS = Rule(
    f"{COORDINATORS.who}, in their own name, never who completed it",
    f"{COORDINATORS.sql} and old.completed_by_id <> (select ntk.actor())"
    f" and (state not in ({quoted(*IN_FORCE)}) or {is_actor('confirmed_by_id')})"
    f" and (state in ({quoted(*BEING_FILLED_IN)}) or completed_by_id = old.completed_by_id)",
)
#: Columns of an assessment that actions change.
CHANGING = [
    "answers",
    "provenance",
    "notes",
    "proposed_disposition",
    "proposed_urgency",
    "proposed_duties",
    "services",
    "reasons",
    "disposition",
    "urgency",
    "duties",
    "duties_due",
    "find_out",
    "draft_duties",
    "override_reason",
    "second_person_for",
    "review_note",
    "state",
    "completed_at",
    "completed_by_id",
    "confirmed_at",
    "confirmed_by_id",
    "supersedes_id",
    "version",
]

DECLARATIONS: list[Declaration] = [
    Protected(
        "triage_assessment",
        select=[COORDINATORS, READERS],
        insert=[both(WORKERS, "in their own name", is_actor("created_by_id"))],
        update=[WORKERS],
        update_columns=CHANGING,
    ),
    Transitions(
        "triage_assessment",
        MACHINES[0],
        who={
            Permission.TRIAGE_ASSESS: both(WORKERS, "in their own name", ASSESSES),
            Permission.TRIAGE_CONFIRM: CONFIRMS,
        },
        marks=["completed_at", "completed_by_id", "confirmed_at", "confirmed_by_id"],
    ),
    Protected(
        "triage_waiver",
        select=[COORDINATORS, READERS],
        insert=[both(WAIVERS, "in their own name", is_actor("decided_by_id"))],
        denied="update, delete, truncate",
    ),
    Addition("journal_event", "assessment", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    SECURING_DUTIES=",".join(sorted(SECURING_DUTIES)),
    OPEN=quoted(*OPEN),
    DECIDED=quoted(*DECIDED),
    BEING_FILLED_IN=quoted(*BEING_FILLED_IN),
    WAITING=quoted(*WAITING),
    IN_FORCE=quoted(*IN_FORCE),
    REPLACED=quoted(*REPLACED),
    DROPPED=quoted(*DROPPED),
    FINISHED=quoted(*FINISHED),
    COUNSELLING=str(Kind.COUNSELLING),
)
