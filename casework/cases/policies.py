"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.accounts.roles import AT_OTHER_BODIES
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
from triage.states import IN_FORCE
from triage.vocabulary import PROTECTED_DUTIES, Duty

from .events import CASE_READERS, OF_BODY
from .opening import DUTIES_THAT_OPEN, OPENS_CASE, SECURITY_STRAND
from .states import (
    DROP_WAITS,
    DROPPED,
    DROPPED_QUESTION,
    ENDED_ACTION,
    MACHINES,
    MONITORED,
    OPEN,
    OPEN_ACTION,
    OPEN_QUESTION,
    Who,
)
from .vocabulary import DropReason

COORDINATORS = at_the_centre("coordinator")
HANDLERS = at_the_centre("handler")
#: A condition on the case: the actor is responsible, its contact person or has an open action in it, or nobody is
#: responsible within the centre.
IS_MINE = (
    f"({is_actor('contact_person_id')} or {is_actor('responsible_user_id')}"
    " or (responsible_user_id is null and responsible_organisation_id = centre_id) or ntk.carries_action(id))"
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
SEES_CONTACT = "exists (select 1 from hotline_contact h where h.id = contact_id)"
#: Responsibility within the centre: coordinators move it to anybody, handlers take what is nobody's and give back what
#: is theirs. A partner's is moved by the partner alone (handoff).
MOVES = Rule(
    "coordinators of the centre; handlers who work on the case take it if it is nobody's, and give back their own",
    "exists (select 1 from cases_case where id = case_id and centre_id = organisation_id"
    f" and (({COORDINATORS.sql}) or (({WORKERS.sql}) and (user_id is null or {is_actor('user_id')}))))",
)
#: Columns that actions change. The trigger alone changes who is responsible.
#: Of an action without a person, that is not for coordinators only.
IS_FREE = "user_id is null and role = '' and organisation_id = centre_id"
CARRIERS = Rule(
    "coordinators of the centre; unless it is for these alone, handlers whose it is, who work on its case or see its"
    " contact",
    f"(({COORDINATORS.sql}) or role = '' and ({HANDLERS.sql}) and ({is_actor('user_id')}"
    f" or case_id is not null and ({WRITERS.sql}) or case_id is null and {SEES_CONTACT}))",
)
#: Shared actions, as those of other bodies: the bodies of the team read them, the one whose action it is carries it.
TEAM = Rule(
    "people of other bodies who work on the case, of what is shared with them",
    "is_shared and ntk.works_in_team(case_id)",
)
BODY = Rule("the named people of the body whose action it is", "ntk.works_for_body(case_id, organisation_id)")
FREE = both(HANDLERS, "while it is nobody's", IS_FREE)
TAKES = Rule(f"{HANDLERS.who}, who take it while it is nobody's", FREE.sql, check=is_actor("user_id"))
DEADLINES = service("deadlines")
#: Columns of an action that people and the deadlines change.
ACTION_CHANGING = [
    *("user_id", "role", "state", "begun_at", "result", "met_person", "drop_reason", "drop_proposed_by_id", "ended_at"),
    *("ended_by_id", "escalated_at", "due_at", "steps_at", "version"),
]
QUESTION_CHANGING = [
    *("state", "answer", "source", "reliability", "credibility", "ended_at", "ended_by_id", "version"),
]
ASKS = f"{is_actor('added_by_id')} and code = '' and assessment_id is null"
CHANGING = [
    *("assessment_id", "label", "disposition", "urgency", "state", "version", "closed_at", "closed_by_id"),
    *("work_ended_at", "close_reason"),
]

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
                f"{COORDINATORS.who}; {WORKERS.who}; closed in their own name; closed or monitored while the centre is"
                " responsible and no protected duty is open",
                f"(({COORDINATORS.sql}) or ({WORKERS.sql})) and (state in ({quoted(*OPEN)})"
                f" or (state in ({quoted(*MONITORED)}) or {is_actor('closed_by_id')})"
                " and responsible_organisation_id = centre_id and not exists (select 1"
                f" from cases_action a where a.case_id = cases_case.id and a.is_protected and a.state in"
                f" ({quoted(*OPEN_ACTION)})))",
            )
        },
        marks=["closed_at", "closed_by_id", "work_ended_at", "close_reason"],
    ),
    Protected(
        "cases_action",
        select=[
            CARRIERS,
            FREE,
            Rule("who may read the case", f"case_id is not null and {READERS.sql}"),
            TEAM,
            DEADLINES,
        ],
        insert=[
            both(
                WRITERS,
                "in their own name, within the centre; duties come from triage alone",
                f"{is_actor('added_by_id')} and organisation_id = centre_id and duty = '' and not is_protected"
                " and not is_shared",
            )
        ],
        update=[
            CARRIERS,
            TAKES,
            BODY,
            Rule(f"{DEADLINES.who}: open ones", f"{DEADLINES.sql} and state in ({quoted(*OPEN_ACTION)})"),
        ],
        update_columns=ACTION_CHANGING,
        granted={
            "lotse_policy": "insert, update (case_id, organisation_id, user_id, due_at, steps_at, is_urgent,"
            " assessment_id, version, state, drop_reason, drop_proposed_by_id, ended_at, ended_by_id, escalated_at)"
        },
    ),
    Transitions(
        "cases_action",
        MACHINES[1],
        who={
            Who.WORKERS: Rule(
                f"{CARRIERS.who}; {BODY.who}; in their own name; a protected one, or a body's, is not dropped by one"
                " person, the centre's excepted",
                f"({CARRIERS.sql} or {BODY.sql})"
                f" and (state not in ({quoted(*ENDED_ACTION)}) or {is_actor('ended_by_id')})"
                f" and (state not in ({quoted(*DROPPED)}) or not is_protected and {CARRIERS.sql})"
                f" and (state not in ({quoted(*DROP_WAITS)}) or {is_actor('drop_proposed_by_id')})",
            ),
            Who.SECOND_PERSON: Rule(
                f"{COORDINATORS.who}, in their own name, never who proposed it; unless it is protected, who closes the"
                " case, with it",
                f"({COORDINATORS.sql} and old.drop_proposed_by_id <> (select ntk.actor())"
                f" and (state not in ({quoted(*ENDED_ACTION)}) or {is_actor('ended_by_id')}"
                " and drop_proposed_by_id = old.drop_proposed_by_id))"
                f" or (state in ({quoted(*DROPPED)}) and drop_reason = '{DropReason.CASE_CLOSED}' and not is_protected"
                f" and {CARRIERS.sql} and {is_actor('ended_by_id')} and drop_proposed_by_id = old.drop_proposed_by_id)",
            ),
        },
        marks=["begun_at", "met_person", "drop_reason", "drop_proposed_by_id", "ended_at", "ended_by_id"],
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
        "cases_bodyworker",
        select=[Rule("who it is", is_actor("user_id")), READERS],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    Protected(
        "cases_casetoopen",
        select=[Rule("who may read the assessment", "ntk.sees_assessment(assessment_id)")],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    Protected(
        "cases_casequestion",
        select=[READERS],
        insert=[both(WRITERS, "in their own name; those of a triage come from it alone", ASKS)],
        update=[WRITERS],
        update_columns=QUESTION_CHANGING,
        granted={"lotse_policy": "insert, update (state, version, ended_at, ended_by_id)"},
    ),
    Transitions(
        "cases_casequestion",
        MACHINES[2],
        who={
            Who.WORKERS: Rule(
                f"{WRITERS.who}, in their own name, while it is open",
                f"{WRITERS.sql} and old.state in ({quoted(*OPEN_QUESTION)}) and {is_actor('ended_by_id')}",
            )
        },
        marks=["ended_at", "ended_by_id"],
    ),
    Protected("cases_note", select=[READERS], insert=[both(WRITERS, "in their own name", is_actor("written_by_id"))]),
    Protected(
        "cases_responsibility",
        select=[Rule("whose it is", is_actor("user_id")), READERS],
        insert=[both(MOVES, "in their own name", f"{is_actor('given_by_id')} and until is null")],
        update=[Rule(MOVES.who, f"until is null and {MOVES.sql}", check=f"until is not null and {MOVES.sql}")],
        update_columns=["until"],
    ),
    Addition("journal_event", "case", select=[*CASE_READERS, *OF_BODY]),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    IS_MINE=IS_MINE,
    IN_FORCE=quoted(*IN_FORCE),
    OPENS_CASE=quoted(*sorted(OPENS_CASE)),
    DUTIES_THAT_OPEN=",".join(sorted(DUTIES_THAT_OPEN)),
    OPEN=quoted(*OPEN),
    OPEN_ACTION=quoted(*OPEN_ACTION),
    DROP_WAITS=quoted(*DROP_WAITS),
    DROPPED=quoted(*DROPPED),
    BY_TRIAGE=quoted(DropReason.TRIAGE),
    PROTECTED_DUTIES=quoted(*sorted(PROTECTED_DUTIES)),
    SECURITY_STRAND=quoted(*sorted(SECURITY_STRAND)),
    OPEN_QUESTION=quoted(*OPEN_QUESTION),
    DROPPED_QUESTION=quoted(*DROPPED_QUESTION),
    FOR_COORDINATORS=quoted(Duty.COORDINATOR_REVIEW),
    AT_OTHER_BODIES=quoted(*AT_OTHER_BODIES),
)
