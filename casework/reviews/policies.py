"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.assessments.states import COMPLETE
from casework.cases.states import CLOSED
from casework.cases.states import OPEN as OPEN_CASE
from casework.plans.states import IN_FORCE
from casework.teams.policies import CASE_WRITERS, DEADLINES, case_readers
from casework.teams.states import IN_TEAM
from casework.teams.vocabulary import COORDINATING, Hat
from foundation.accounts.roles import Role
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
from .events import REVIEW_PLANNED, REVIEW_PROPOSED
from .states import MACHINES, MISSED, OPEN, PLANNED, PROPOSED, TO_HOLD, Who
from .vocabulary import Occasion, ReviewKind

PLANNERS = Rule(
    f"{CASE_WRITERS.who}; the named people of a body that coordinates content or process",
    f"({CASE_WRITERS.sql} or ntk.coordinates_case(team_id))",
)
HOLDERS = Rule(
    f"{PLANNERS.who}, or of the body that holds it",
    f"({PLANNERS.sql} or ntk.works_for_body(team_id, organisation_id))",
)
IN_TEAM_RULE = Rule("people of other bodies who work on the case", "ntk.works_in_team(team_id)")
#: It is under the team's key; who holds it works at the centre, or is a named person of the body.
FITS = (
    "exists (select 1 from teams_team t where t.case_id = team_id"
    " and (t.centre_id, t.data_key_id) = (reviews_review.centre_id, reviews_review.data_key_id))"
    " and (organisation_id = centre_id and (user_id is null or exists (select 1 from accounts_membership m"
    " where m.user_id = reviews_review.user_id and m.organisation_id = centre_id and m.ended_at is null"
    f" and m.role in ({quoted(Role.HANDLER, Role.COORDINATOR)})))"
    " or exists (select 1 from teams_member m where m.team_id = reviews_review.team_id"
    " and m.organisation_id = reviews_review.organisation_id"
    f" and user_id in (m.person_id, m.deputy_id) and m.state in ({quoted(*IN_TEAM)})))"
)
#: Columns that change with the state alone.
MARKS = [
    *("missed_at", "held_at", "held_by_id", "took_part", "on_track", "findings", "side_effects", "events_outside"),
    *("adjustment", "changes", "has_warning_sign", "reason", "next_id", "ended_at", "ended_by_id"),
]

DECLARATIONS: list[Declaration] = [
    Protected(
        "reviews_review",
        select=[
            case_readers("team_id"),
            IN_TEAM_RULE,
            Rule(f"{DEADLINES.who}: those to be held", f"{DEADLINES.sql} and state in ({quoted(*TO_HOLD)})"),
        ],
        insert=[
            both(
                Rule(
                    f"{HOLDERS.who}, until the case is closed",
                    f"(({CASE_WRITERS.sql}) and exists (select 1 from cases_case c where c.id = team_id"
                    f" and c.state not in ({quoted(*CLOSED)})) or ntk.coordinates_case(team_id)"
                    " or ntk.works_for_body(team_id, organisation_id))",
                ),
                "in their own name",
                f"{is_actor('made_by_id')} and {FITS}",
            )
        ],
        # Which columns, and from which state, the triggers decide.
        update=[
            PLANNERS,
            IN_TEAM_RULE,
            Rule(
                f"{DEADLINES.who}: planned ones",
                f"{DEADLINES.sql} and state in ({quoted(*PLANNED)})",
                check=f"{DEADLINES.sql} and state in ({quoted(*PLANNED, *MISSED)})",
            ),
        ],
        update_columns=["state", "due_at", "organisation_id", "user_id", "topic", *MARKS, "version"],
        granted={
            "lotse_policy": "insert, update (organisation_id, user_id, due_at, state, ended_at, ended_by_id, version)",
        },
    ),
    Transitions(
        "reviews_review",
        MACHINES[0],
        who={
            Who.PLANNERS: Rule(
                f"{PLANNERS.who}, in their own name; planned with somebody who can hold it",
                f"{PLANNERS.sql} and (ended_by_id is null or {is_actor('ended_by_id')})"
                f" and (state not in ({quoted(*PLANNED)}) or {FITS})",
            ),
            Who.HOLDER: Rule(
                f"{HOLDERS.who}, in their own name",
                f"{HOLDERS.sql} and {is_actor('coalesce(held_by_id, ended_by_id)')}",
            ),
            Who.DEADLINES: DEADLINES,
        },
        marks=MARKS,
    ),
    Addition("journal_event", "review", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    BY_APPLICATION=BY_APPLICATION,
    IN_TEAM=quoted(*IN_TEAM),
    PLANNING_HATS=quoted(*COORDINATING),
    PROCESS=quoted(Hat.PROCESS),
    PROPOSED=quoted(*PROPOSED),
    PLANNED=quoted(*PLANNED),
    TO_HOLD=quoted(*TO_HOLD),
    OPEN=quoted(*OPEN),
    PROPOSED_EVENT=quoted(REVIEW_PROPOSED.code),
    PLANNED_EVENT=quoted(REVIEW_PLANNED.code),
    OPEN_CASE=quoted(*OPEN_CASE),
    IN_FORCE=quoted(*IN_FORCE),
    COMPLETE=quoted(*COMPLETE),
    OF_PLAN=quoted(ReviewKind.PLAN),
    BY_PLAN=quoted(Occasion.IN_FORCE),
    ASSESSMENT=quoted(Occasion.ASSESSMENT),
    CONTACT=quoted(Occasion.CONTACT),
    TRIAGE=quoted(Occasion.TRIAGE),
)
