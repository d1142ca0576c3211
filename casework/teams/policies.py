"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.cases.policies import COORDINATORS, WORKERS
from casework.cases.states import OPEN, OPEN_ACTION
from foundation.accounts.roles import AT_OTHER_BODIES
from foundation.accounts.vocabulary import OrganisationKind
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
    orgs_as,
    quoted,
    service,
)

from . import events
from .models import SEEN_AFTER_THE_END
from .states import CURRENT, ENDED, IN_TEAM, MACHINES, WAITING, Who
from .vocabulary import Visibility

OF_BODY_SQL = f"organisation_id = any({orgs_as(*AT_OTHER_BODIES)})"
#: People of the body, as long as they see that it was invited or in the team.
SEEN_SQL = (
    f"{OF_BODY_SQL} and (state in ({quoted(*CURRENT)}) or ended_at > now() - interval '{SEEN_AFTER_THE_END.days} days')"
)
CASE_WRITERS = Rule(
    "coordinators of the centre, and handlers who work on the case",
    f"exists (select 1 from cases_case where id = team_id and (({COORDINATORS.sql}) or ({WORKERS.sql})))",
)
TO_INVITE = (
    "exists (select 1 from cases_case c join teams_team t on t.case_id = c.id where c.id = team_id"
    f" and c.state in ({quoted(*OPEN)}) and c.centre_id = teams_member.centre_id"
    " and t.data_key_id = teams_member.data_key_id)"
    " and exists (select 1 from accounts_organisation o where o.id = organisation_id and o.is_active"
    f" and o.kind in ({quoted(OrganisationKind.PARTNER, OrganisationKind.BODY)}))"
)
#: Who of the body may name others.
LEADING = Rule(
    "the named people of the body, and its partner coordinators",
    f"(ntk.works_for_body(team_id, organisation_id) or organisation_id = any({orgs_as('partner_coordinator')}))",
)
DEADLINES = service("deadlines")
OWN_KINDS = kinds_of(events)


def case_readers(column: str) -> Rule:
    return Rule("who may read the case", f"exists (select 1 from cases_case c where c.id = {column})")


DECLARATIONS: list[Declaration] = [
    Protected(
        "teams_team",
        select=[
            case_readers("case_id"),
            Rule(
                "people of a body, while they see its membership",
                "ntk.sees_team(case_id)",  # a function, as the policies of members ask for the team
            ),
            DEADLINES,
        ],
        insert=[
            Rule(
                CASE_WRITERS.who,
                "exists (select 1 from cases_case where id = case_id and number = teams_team.number"
                f" and centre_id = teams_team.centre_id and (({COORDINATORS.sql}) or ({WORKERS.sql})))",
            )
        ],
        denied="update, delete, truncate",
    ),
    Protected(
        "teams_member",
        select=[
            Rule(
                "people of the body, without content: until 30 days after the end",
                SEEN_SQL,
            ),
            case_readers("team_id"),
            Rule(
                "the named people of all bodies in the team, of those that are in it",
                f"state in ({quoted(*IN_TEAM)}) and ntk.works_in_team(team_id)",
            ),
            DEADLINES,
        ],
        insert=[
            both(CASE_WRITERS, "of an open case, in their own name", f"{is_actor('invited_by_id')} and {TO_INVITE}")
        ],
        update=[
            CASE_WRITERS,
            Rule("people of the body, until it has ended", OF_BODY_SQL),
            Rule(f"{DEADLINES.who}: those that wait", f"{DEADLINES.sql} and state in ({quoted(*WAITING)})"),
        ],
        update_columns=[
            *("state", "person_id", "deputy_id", "own_key_id", "answered_at", "answered_by_id", "ended_at"),
            *("ended_by_id", "end_reason", "escalated_at", "version"),
        ],
        granted={"lotse_policy": "update (version)"},  # to lock rows (ntk.lock_team)
    ),
    Transitions(
        "teams_member",
        MACHINES[0],
        who={
            Who.BODY: Rule(
                "people of the body, in their own name; who accepts is the named person",
                f"{OF_BODY_SQL} and {is_actor('answered_by_id')}"
                f" and (state not in ({quoted(*IN_TEAM)}) or {is_actor('person_id')})"
                f" and (state not in ({quoted(*ENDED)}) or {is_actor('ended_by_id')})",
            ),
            Who.CENTRE: both(CASE_WRITERS, "in their own name", is_actor("ended_by_id")),
            Who.EITHER: Rule(
                f"{CASE_WRITERS.who}; the named people of the body; in their own name",
                f"{is_actor('ended_by_id')} and ({CASE_WRITERS.sql} or ntk.works_for_body(team_id, organisation_id))"
                " and (person_id, deputy_id) is not distinct from (old.person_id, old.deputy_id)",
            ),
        },
        marks=["own_key_id", "answered_at", "answered_by_id", "ended_at", "ended_by_id", "end_reason"],
    ),
    Protected(
        "teams_ownnote",
        select=[Rule("the named people of the body, until 30 days after it left", "ntk.keeps_record(member_id)")],
        insert=[
            Rule(
                "the named people of the body while it is in the team, under its own key, in their own name",
                f"{is_actor('written_by_id')} and left_at is null and exists (select 1 from teams_member m"
                " where m.id = member_id and m.own_key_id = teams_ownnote.data_key_id"
                f" and m.state in ({quoted(*IN_TEAM)}) and ntk.works_for_body(m.team_id, m.organisation_id))",
            )
        ],
        append_only=True,
        granted={"lotse_policy": "update (left_at)"},
    ),
    Protected(
        "teams_sharednote",
        select=[
            Rule("who may read the case, if the centre reads it", f"with_centre and {case_readers('team_id').sql}"),
            Rule(
                "the named people of the body itself, of the bodies that it names, or of all",
                "ntk.works_for_any(shown_to || member_id)"
                f" or visibility in ({quoted(Visibility.TEAM)}) and ntk.works_in_team(team_id)",
            ),
        ],
        insert=[
            Rule(
                "the named people of the body while it is in the team, under the team's key, in their own name",
                f"{is_actor('shared_by_id')} and exists (select 1 from teams_member m where m.id = member_id"
                " and m.team_id = teams_sharednote.team_id and m.data_key_id = teams_sharednote.data_key_id"
                f" and m.organisation_id = teams_sharednote.organisation_id and m.state in ({quoted(*IN_TEAM)})"
                " and ntk.works_for_body(m.team_id, m.organisation_id))",
            )
        ],
        append_only=True,
    ),
    # Duties of a triage are protected or the centre's; what a body does is agreed with it.
    Addition(
        "cases_action",
        "team",
        insert=[
            Rule(
                f"{CASE_WRITERS.who}: for a named person of the team, in their own name, under its key",
                f"{is_actor('added_by_id')} and duty = '' and not is_protected and is_shared"
                " and exists (select 1 from cases_case where id = case_id and centre_id = cases_action.centre_id"
                f" and state in ({quoted(*OPEN)}) and (({COORDINATORS.sql}) or ({WORKERS.sql})))"
                " and exists (select 1 from teams_member m where m.team_id = case_id and m.person_id = user_id"
                " and m.organisation_id = cases_action.organisation_id and m.data_key_id = cases_action.data_key_id"
                f" and m.state in ({quoted(*IN_TEAM)}))",
            )
        ],
    ),
    Addition("journal_event", "team", select=reading_rules(OWN_KINDS)),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    BY_APPLICATION=BY_APPLICATION,
    AT_OTHER_BODIES=quoted(*AT_OTHER_BODIES),
    WAITING=quoted(*WAITING),
    IN_TEAM=quoted(*IN_TEAM),
    LEADING=LEADING.sql.replace("team_id", "new.team_id").replace("organisation_id", "new.organisation_id"),
    SEEN=SEEN_SQL,
    OPEN_ACTION=quoted(*OPEN_ACTION),
    CASE_WRITER=f"({COORDINATORS.sql}) or ({WORKERS.sql})",
)
