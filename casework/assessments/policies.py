"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.cases.states import OPEN as OPEN_CASE
from casework.teams.policies import CASE_WRITERS, DEADLINES, case_readers
from casework.teams.states import IN_TEAM
from casework.teams.vocabulary import COORDINATING as COORDINATING_HATS
from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
    both,
    declared_items,
    is_actor,
    orgs_as,
    quoted,
)

from . import events
from .permissions import AT_CENTRE
from .states import COMPLETE, MACHINES, OPEN, WRITABLE, Who

#: A condition on an assessment: the actor is its author, who still works at the centre, or for the body on the case.
AUTHOR_SQL = (
    f"{is_actor('author_id')} and (organisation_id = centre_id and centre_id = any({orgs_as(*AT_CENTRE)})"
    " or ntk.works_for_body(team_id, organisation_id))"
)
BODY_SQL = "ntk.works_for_body(team_id, organisation_id)"
IN_TEAM_RULE = Rule("people of other bodies who work on the case", "ntk.works_in_team(team_id)")
AUTHORS = Rule("authors of the case's assessments", "ntk.assesses(team_id)")
#: The author works at the centre, or is a named person of the body.
FITS = (
    "exists (select 1 from teams_team t where t.case_id = team_id"
    " and (t.centre_id, t.data_key_id)"
    " = (assessments_caseassessment.centre_id, assessments_caseassessment.data_key_id))"
    " and (organisation_id = centre_id and exists (select 1 from accounts_membership m where m.user_id = author_id"
    f" and m.organisation_id = centre_id and m.ended_at is null and m.role in ({quoted(*AT_CENTRE)}))"
    " or exists (select 1 from teams_member m where m.team_id = assessments_caseassessment.team_id"
    " and m.organisation_id = assessments_caseassessment.organisation_id"
    f" and author_id in (m.person_id, m.deputy_id) and m.state in ({quoted(*IN_TEAM)})))"
)
ASKS_SQL = f"{is_actor('requested_by_id')} and {FITS}"
OF_OPEN_CASE = f"exists (select 1 from cases_case where id = team_id and state in ({quoted(*OPEN_CASE)}))"
COORDINATING = Rule(
    "the named people of a body that coordinates content or process",
    "exists (select 1 from teams_member m where m.team_id = assessments_caseassessment.team_id"
    f" and m.state in ({quoted(*IN_TEAM)}) and m.hats && array[{quoted(*COORDINATING_HATS)}]::varchar[]"
    " and ntk.works_for_body(m.team_id, m.organisation_id))",
)


def _of_content(condition: str) -> str:
    """A condition on the assessment that a content belongs to."""
    of_it = "select * from assessments_caseassessment where id = assessment_id"
    return f"exists (select 1 from ({of_it}) a where {condition})"


WRITER = Rule(
    "the author, while it is under way",
    _of_content(f"state in ({quoted(*WRITABLE)}) and {AUTHOR_SQL}"),
)
#: Columns that change with the state alone.
MARKS = [
    *("profession", "begun_at", "delivered_at", "shares", "shared_conclusion", "shared_answers", "supersedes_id"),
    *("ended_at", "ended_by_id", "decline_reason"),
]
READS_CASE_SQL = "exists (select 1 from cases_case c where c.id = team_id)"

DECLARATIONS: list[Declaration] = [
    Protected(
        "assessments_caseassessment",
        select=[case_readers("team_id"), IN_TEAM_RULE, AUTHORS, DEADLINES],
        insert=[
            both(CASE_WRITERS, "of an open case, in their own name", f"{ASKS_SQL} and {OF_OPEN_CASE}"),
            both(COORDINATING, "of an open case, in their own name", f"{ASKS_SQL} and ntk.case_is_open(team_id)"),
            Rule(
                "people of other bodies who work on the case, while it is open: their own, begun at once",
                f"state in ({quoted(*WRITABLE)}) and {is_actor('author_id')} and {BODY_SQL}"
                f" and {ASKS_SQL} and ntk.case_is_open(team_id)",
            ),
        ],
        # Which columns, and from which state, the trigger below decides.
        update=[
            CASE_WRITERS,
            IN_TEAM_RULE,
            AUTHORS,
            Rule(f"{DEADLINES.who}: open ones", f"{DEADLINES.sql} and state in ({quoted(*OPEN)})"),
        ],
        update_columns=["state", *MARKS, "escalated_at", "version"],
    ),
    Transitions(
        "assessments_caseassessment",
        MACHINES[0],
        who={
            Who.AUTHOR: Rule(
                "the author; declined in their own name",
                f"{AUTHOR_SQL} and (ended_by_id is null or {is_actor('ended_by_id')})",
            ),
            Who.ASKER: Rule(
                f"{CASE_WRITERS.who}; who asked, while in the team; the named people of the author's body; in their own"
                " name",
                f"{is_actor('ended_by_id')} and (({CASE_WRITERS.sql}) or {BODY_SQL}"
                f" or {is_actor('requested_by_id')} and ntk.works_in_team(team_id))",
            ),
            Who.SUCCESSOR: Rule(
                "the author of the one that supersedes it",
                "exists (select 1 from assessments_caseassessment later"
                " where later.supersedes_id = assessments_caseassessment.id"
                f" and later.author_id = (select ntk.actor()) and later.state in ({quoted(*COMPLETE)}))",
            ),
        },
        marks=MARKS,
    ),
    Protected(
        "assessments_assessmentcontent",
        select=[
            Rule("the author", _of_content(AUTHOR_SQL)),
            Rule(
                "of one that is delivered and not clinical: the named people of the author's body; if that is the"
                " centre, who may read the case",
                _of_content(
                    f"state in ({quoted(*COMPLETE)}) and not is_clinical"
                    f" and (organisation_id = centre_id and {READS_CASE_SQL} or {BODY_SQL})"
                ),
            ),
            Rule(
                "of one that is delivered: whom the author named, while they read the case or work on it",
                "(select ntk.actor()) = any(readers) and "
                + _of_content(f"state in ({quoted(*COMPLETE)}) and ({READS_CASE_SQL} or ntk.works_in_team(team_id))"),
            ),
        ],
        insert=[WRITER],
        update=[WRITER],
        update_columns=["answers", "notes", "conclusion", "readers", "saved_at", "version"],
    ),
    Protected("assessments_assessmentrating", insert=[WRITER]),
    Addition(
        "teams_team",
        "assessments",
        select=[Rule("authors of the case's assessments", "ntk.assesses(case_id)")],
    ),
    Addition("journal_event", "assessments", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(__name__, DECLARATIONS, AUTHOR=AUTHOR_SQL, OPEN=quoted(*OPEN))
