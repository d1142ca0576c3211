"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.cases.states import DROPPED, OPEN, OPEN_ACTION
from casework.cases.vocabulary import DropReason
from casework.teams.policies import CASE_WRITERS
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
    service,
)

from . import events
from .permissions import UNSHARED
from .states import (
    AGREES,
    ASKED,
    DISCARDED,
    DRAFTS,
    IN_FORCE,
    MACHINES,
    NO_LONGER_ASKED,
    OBJECTS,
    PROPOSED,
    REPLACED,
    Who,
)

OWN_KINDS = kinds_of(events)
DEADLINES = service("deadlines")
PLANNERS = Rule(
    f"{CASE_WRITERS.who}; the named people of a body that coordinates the content",
    f"({CASE_WRITERS.sql} or ntk.coordinates_content(team_id))",
)
IN_TEAM_OR_READS = "(exists (select 1 from cases_case c where c.id = team_id) or ntk.works_in_team(team_id))"
TEAM = Rule(
    "who may read the case, and the named people of the bodies in the team; a draft only who plans",
    f"{IN_TEAM_OR_READS} and (state not in ({quoted(*UNSHARED)}) or {PLANNERS.sql})",
)
#: Conditions on a version: everybody who was asked agrees; it replaces the one in force, as everybody agrees to it.
ALL_AGREE = (
    "not exists (select 1 from plans_agreement a where a.plan_id = {plan}.id and a.asked_at = {plan}.proposed_at"
    f" and a.state not in ({quoted(*AGREES)}))"
)
IS_REPLACED = (
    "exists (select 1 from plans_plan n where n.team_id = plans_plan.team_id"
    f" and n.state in ({quoted(*PROPOSED)}) and {ALL_AGREE.format(plan='n')})"
)
PLANS_OR_WORKS = f"({PLANNERS.sql} or ntk.works_in_team(team_id))"
#: Who sees the version sees its content.
READERS = Rule("who may see the plan", "exists (select 1 from plans_plan p where p.id = plan_id)")
BODY = Rule(
    "the named people of the body, for the centre who may write the case",
    f"(organisation_id = centre_id and {CASE_WRITERS.sql.replace('team_id', 'plans_agreement.team_id')}"
    " or ntk.works_for_body(team_id, organisation_id))",
)
#: A condition on an action: the plan in force has it, for this body, and it says so for the first time.
IS_PLANNED = (
    "exists (select 1 from plans_plannedaction a join plans_plan p on p.id = a.plan_id where a.id = cases_action.id"
    " and a.action_id = a.id and a.organisation_id = cases_action.organisation_id"
    " and a.data_key_id = cases_action.data_key_id and p.team_id = case_id and p.centre_id = cases_action.centre_id"
    f" and p.state in ({quoted(*IN_FORCE)}) and (cases_action.organisation_id = cases_action.centre_id"
    " and cases_action.user_id is not distinct from a.user_id or exists (select 1 from teams_member m"
    " where m.team_id = case_id and m.organisation_id = cases_action.organisation_id"
    f" and m.person_id = cases_action.user_id and m.state in ({quoted(*IN_TEAM)}))))"
)


def _content(table: str) -> Protected:
    """Who plans sees a draft, so whoever sees one may write it."""
    writers = Rule(
        "who plans, while it is a draft",
        f"exists (select 1 from plans_plan p where p.id = plan_id and p.state in ({quoted(*DRAFTS)})"
        f" and p.data_key_id = {table}.data_key_id)",
    )
    return Protected(table, select=[READERS], insert=[writers], update=[writers], delete=[writers])


DECLARATIONS: list[Declaration] = [
    Protected(
        "plans_plan",
        select=[
            TEAM,
            Rule(f"{DEADLINES.who}: what is proposed", f"{DEADLINES.sql} and state in ({quoted(*PROPOSED)})"),
        ],
        insert=[
            both(
                Rule(
                    f"{PLANNERS.who}, while the case is open",
                    f"({CASE_WRITERS.sql} and exists (select 1 from cases_case c where c.id = team_id"
                    f" and c.state in ({quoted(*OPEN)}))"
                    " or ntk.coordinates_content(team_id) and ntk.case_is_open(team_id))",
                ),
                "in their own name, under the team's key",
                f"{is_actor('written_by_id')} and exists (select 1 from teams_team t where t.case_id = team_id"
                " and t.centre_id = plans_plan.centre_id and t.data_key_id = plans_plan.data_key_id)",
            )
        ],
        update=[
            PLANNERS,
            Rule(
                "the named people of the bodies in the team: the steps that follow from their answer",
                f"ntk.works_in_team(team_id) and state in ({quoted(*PROPOSED, *IN_FORCE)})",
                check="ntk.works_in_team(team_id)",
            ),
        ],
        update_columns=[
            *("state", "aim", "cause", "own_aims", "strengths", "motivation", "agreed_to", "organisation_id"),
            *("proposed_at", "proposed_by_id", "due_at", "agreed_at", "ended_at", "ended_by_id", "version"),
        ],
        granted={"lotse_policy": "update (state, organisation_id, due_at, version)"},
    ),
    Transitions(
        "plans_plan",
        MACHINES[0],
        who={
            Who.PLANNERS: Rule(
                f"{PLANNERS.who}, in their own name",
                f"{PLANNERS.sql} and (state not in ({quoted(*PROPOSED)}) or {is_actor('proposed_by_id')})"
                f" and (state not in ({quoted(*DISCARDED)}) or {is_actor('ended_by_id')})",
            ),
            Who.LAST_TO_AGREE: Rule(
                "who plans or works in the team, once everybody who was asked agrees, in their own name",
                f"{PLANS_OR_WORKS} and (state in ({quoted(*IN_FORCE)}) and {ALL_AGREE.format(plan='plans_plan')}"
                f" or state in ({quoted(*REPLACED)}) and {is_actor('ended_by_id')} and {IS_REPLACED})",
            ),
        },
        marks=["proposed_at", "proposed_by_id", "due_at", "agreed_at", "ended_at", "ended_by_id"],
    ),
    _content("plans_goal"),
    _content("plans_factor"),
    _content("plans_plannedaction"),
    Protected(
        "plans_goaloutcome",
        select=[Rule("who may read the case, and the named people of the bodies in the team", IN_TEAM_OR_READS)],
        insert=[
            both(
                PLANNERS,
                "of a goal of the plan in force, in their own name",
                f"{is_actor('noted_by_id')} and exists (select 1 from plans_goal g join plans_plan p"
                " on p.id = g.plan_id where p.team_id = plans_goaloutcome.team_id"
                f" and p.state in ({quoted(*IN_FORCE)}) and g.goal_id = plans_goaloutcome.goal_id"
                " and p.data_key_id = plans_goaloutcome.data_key_id)",
            )
        ],
        append_only=True,
    ),
    Protected(
        "plans_agreement",
        select=[READERS, BODY, DEADLINES],
        insert=[
            Rule(
                "who plans, of what is being proposed; agreed to for the own body only",
                "exists (select 1 from plans_plan p where p.id = plan_id and p.centre_id = plans_agreement.centre_id"
                f" and p.state in ({quoted(*PROPOSED)}) and p.team_id = plans_agreement.team_id"
                " and p.data_key_id = plans_agreement.data_key_id"
                f" and p.proposed_at = asked_at and {is_actor('p.proposed_by_id')}"
                f" and (plans_agreement.state in ({quoted(*ASKED)}) or {is_actor('answered_by_id')}"
                " and plans_agreement.organisation_id = p.organisation_id))",
            )
        ],
        update=[BODY, Rule(f"{DEADLINES.who}: those that wait", f"{DEADLINES.sql} and state in ({quoted(*ASKED)})")],
        update_columns=["state", "reason", "answered_at", "answered_by_id", "escalated_at", "version"],
        granted={"lotse_policy": "update (state, user_id, version)"},
    ),
    Transitions(
        "plans_agreement",
        MACHINES[1],
        who={
            Who.BODY: both(
                BODY,
                "in their own name, while it is proposed",
                f"{is_actor('answered_by_id')} and exists (select 1 from plans_plan p where p.id = plan_id"
                f" and p.state in ({quoted(*PROPOSED)}) and p.proposed_at = asked_at)",
            ),
        },
        marks=["answered_at", "answered_by_id", "reason"],
    ),
    # Whoever agrees last puts the plan in force, and with it the actions of all bodies.
    Addition(
        "cases_action",
        "plan",
        insert=[
            Rule(
                "who plans or works in the team, in their own name: what the plan in force has",
                f"{is_actor('added_by_id')} and duty = '' and not is_protected and is_shared and {IS_PLANNED}",
            )
        ],
    ),
    Addition("journal_event", "plan", select=reading_rules(OWN_KINDS)),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    BY_APPLICATION=BY_APPLICATION,
    IN_TEAM=quoted(*IN_TEAM),
    CONTENT=quoted(Hat.CONTENT),
    DRAFTS=quoted(*DRAFTS),
    PROPOSED=quoted(*PROPOSED),
    IN_FORCE=quoted(*IN_FORCE),
    REPLACED=quoted(*REPLACED),
    ASKED=quoted(*ASKED),
    OBJECTS=quoted(*OBJECTS),
    NO_LONGER_ASKED=quoted(*NO_LONGER_ASKED),
    OPEN_ACTION=quoted(*OPEN_ACTION),
    DROPPED=quoted(*DROPPED),
    BY_PLAN=quoted(DropReason.PLAN),
)
