"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.assessments.states import COMPLETE
from casework.cases.policies import COORDINATORS
from casework.cases.states import MONITORED
from casework.cases.states import OPEN as OPEN_CASE
from casework.plans.policies import IN_TEAM_OR_READS
from casework.reviews.states import OPEN as OPEN_REVIEW
from casework.reviews.vocabulary import ReviewKind
from casework.teams.policies import CASE_WRITERS, DEADLINES
from casework.teams.states import IN_TEAM
from casework.teams.vocabulary import Hat
from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    BY_APPLICATION,
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
    both,
    declared_items,
    is_actor,
    quoted,
)

from . import events
from .permissions import PROPOSING_HATS
from .states import (
    AGAINST,
    AGREED,
    DECIDED,
    FOR,
    MACHINES,
    NO_LONGER_ASKED,
    OPEN,
    PROPOSED,
    REOPENED,
    SILENT,
    TO_ANSWER,
    WAITING,
    Who,
)

READERS = Rule("who may read the case, and the named people of the bodies in the team", IN_TEAM_OR_READS)
PROPOSERS = Rule(
    f"{CASE_WRITERS.who}; the named people of a body that coordinates content or process, or is accountable for the"
    " risk",
    f"({CASE_WRITERS.sql} or ntk.may_propose_closing(team_id))",
)
WORKING = Rule(
    f"{CASE_WRITERS.who}; the named people of the bodies in the team",
    f"({CASE_WRITERS.sql} or ntk.works_in_team(team_id))",
)
ACCOUNTABLE = Rule(
    "the named people of the accountable body, or if that is the centre, its coordinators; never who proposed it",
    "proposed_by_id <> (select ntk.actor())"
    f" and (accountable_id = centre_id and {COORDINATORS.sql} or ntk.works_for_body(team_id, accountable_id))",
)
PROPOSER = Rule(
    f"{CASE_WRITERS.who}; who proposed it, while in the team",
    f"({CASE_WRITERS.sql} or {is_actor('proposed_by_id')} and ntk.works_in_team(team_id))",
)
#: What ends a closing does not touch its decision.
AS_DECIDED = (
    "(decided_at, decided_by_id, decision) is not distinct from (old.decided_at, old.decided_by_id, old.decision)"
)
BODY = Rule(
    "the named people of the body, for the centre who may write the case",
    f"(organisation_id = centre_id and {CASE_WRITERS.sql} or ntk.works_for_body(team_id, organisation_id))",
)


def _of_team(table: str) -> str:
    """A condition on a new row: it is under the key of its team, and the actor acts for the centre or for a body."""
    return (
        f"exists (select 1 from teams_team t where t.case_id = {table}.team_id and t.centre_id = {table}.centre_id"
        f" and t.data_key_id = {table}.data_key_id)"
        f" and (organisation_id = centre_id and {CASE_WRITERS.sql} or ntk.works_for_body(team_id, organisation_id))"
    )


def _is_delivered(column: str) -> str:
    return (
        f"({column} is null or exists (select 1 from assessments_caseassessment a where a.id = {column}"
        f" and a.team_id = closures_closure.team_id and a.state in ({quoted(*COMPLETE)})))"
    )


DECLARATIONS: list[Declaration] = [
    Protected(
        "closures_closure",
        select=[READERS, DEADLINES],
        insert=[
            both(
                PROPOSERS,
                "while the case is open, in their own name, with delivered assessments of the case",
                f"{is_actor('proposed_by_id')} and ntk.case_is_open(team_id) and {_of_team('closures_closure')}"
                f" and {_is_delivered('earlier_id')} and {_is_delivered('repeated_id')}",
            )
        ],
        update=[PROPOSER, Rule(ACCOUNTABLE.who, ACCOUNTABLE.sql)],
        update_columns=[
            *("state", "decided_at", "decided_by_id", "decision", "ended_at", "ended_by_id", "withdrawal", "version"),
        ],
        granted={"lotse_policy": "update (accountable_id, version)"},
    ),
    Transitions(
        "closures_closure",
        MACHINES[0],
        who={
            Who.ACCOUNTABLE: Rule(
                f"{ACCOUNTABLE.who}; in their own name, when everybody has answered or the time is over, against the"
                " opinion of a body with a reason only",
                f"{ACCOUNTABLE.sql} and {is_actor('decided_by_id')} and ntk.is_heard(id)"
                " and (decision is not null or ntk.is_unopposed(id) and state in"
                f" ({quoted(*AGREED)}))",
            ),
            Who.PROPOSER: Rule(
                f"{PROPOSER.who}; what is agreed only who may write the case; in their own name",
                f"{PROPOSER.sql} and {is_actor('ended_by_id')} and withdrawal is not null and {AS_DECIDED}"
                f" and (old.state in ({quoted(*OPEN)}) or {CASE_WRITERS.sql})",
            ),
            Who.CENTRE: Rule(
                f"{CASE_WRITERS.who}, in their own name, when the case is monitored or closed",
                f"{CASE_WRITERS.sql} and {is_actor('ended_by_id')} and not ntk.case_is_open(team_id) and {AS_DECIDED}",
            ),
        },
        marks=["decided_at", "decided_by_id", "decision", "ended_at", "ended_by_id", "withdrawal"],
    ),
    Protected(
        "closures_opinion",
        select=[READERS, DEADLINES],
        update=[
            BODY,
            Rule(
                f"{DEADLINES.who}: those that wait",
                f"{DEADLINES.sql} and state in ({quoted(*WAITING)})",
                check=DEADLINES.sql,
            ),
        ],
        update_columns=["state", "reason", "answered_at", "answered_by_id", "version"],
        denied="insert, delete, truncate",
        granted={"lotse_policy": "insert, update (state, user_id, version)"},
    ),
    Transitions(
        "closures_opinion",
        MACHINES[1],
        who={
            Who.BODY: both(
                BODY,
                "in their own name, while nothing is decided; against it with a reason",
                f"{is_actor('answered_by_id')} and (state in ({quoted(*FOR)}) or reason is not null)"
                " and exists (select 1 from closures_closure c where c.id = closure_id"
                f" and c.state in ({quoted(*OPEN)}))",
            ),
            Who.TIME: DEADLINES,
        },
        marks=["answered_at", "answered_by_id", "reason"],
    ),
    Protected(
        "closures_reopening",
        select=[READERS],
        insert=[
            both(
                WORKING,
                "of a monitored case, in their own name",
                f"{is_actor('proposed_by_id')} and ntk.case_is_monitored(team_id) and {_of_team('closures_reopening')}",
            )
        ],
        update=[CASE_WRITERS],
        update_columns=["state", "decided_at", "decided_by_id", "answer", "version"],
        granted={"lotse_policy": "update (state, decided_at, decided_by_id, version)"},
    ),
    Transitions(
        "closures_reopening",
        MACHINES[2],
        who={
            Who.CENTRE: Rule(
                f"{CASE_WRITERS.who}, in their own name; not opened again with a reason",
                f"{CASE_WRITERS.sql} and {is_actor('decided_by_id')}"
                f" and (state in ({quoted(*REOPENED)}) or answer is not null)",
            )
        },
        marks=["decided_at", "decided_by_id", "answer"],
    ),
    Addition("journal_event", "closures", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    BY_APPLICATION=BY_APPLICATION,
    OPEN_CASE=quoted(*OPEN_CASE),
    MONITORED=quoted(*MONITORED),
    MONITORING=quoted(ReviewKind.MONITORING),
    OPEN_REVIEW=quoted(*OPEN_REVIEW),
    IN_TEAM=quoted(*IN_TEAM),
    RISK=quoted(Hat.RISK),
    PROPOSING=quoted(*PROPOSING_HATS),
    OPEN=quoted(*OPEN),
    AGREED=quoted(*AGREED),
    DECIDED=quoted(*DECIDED),
    AGAINST=quoted(*AGAINST),
    WAITING=quoted(*WAITING),
    FOR=quoted(*FOR),
    TO_ANSWER=quoted(*TO_ANSWER),
    SILENT=quoted(*SILENT),
    NO_LONGER_ASKED=quoted(*NO_LONGER_ASKED),
    PROPOSED=quoted(*PROPOSED),
    REOPENED=quoted(*REOPENED),
)
