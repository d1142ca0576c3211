"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.cases.policies import COORDINATORS, WORKERS
from casework.cases.states import OPEN as OPEN_CASE
from casework.teams.policies import CASE_WRITERS, DEADLINES, case_readers
from casework.teams.states import IN_TEAM
from casework.teams.vocabulary import EndReason
from foundation.accounts.roles import AT_OTHER_BODIES
from foundation.accounts.vocabulary import OrganisationKind
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
from .models import SEEN_AFTER_THE_END
from .permissions import AT_CENTRE
from .states import MACHINES, OPEN, WITHDRAWN, Who

CONSULTANT = Rule(
    "who is asked, while they work there; until 30 days after the end",
    f"{is_actor('consultant_id')} and organisation_id = any({orgs_as(*AT_CENTRE, *AT_OTHER_BODIES)})"
    f" and coalesce(ended_at > now() - interval '{SEEN_AFTER_THE_END.days} days', true)",
)
ASKING_BODY = Rule(
    "the named people of the body that asked, while it is in the team", "ntk.works_for_body(team_id, asking_body_id)"
)
#: Under a key of its own; who is asked works at the centre, or at a body that cooperates with it.
FITS = (
    f"{is_actor('asked_by_id')}"
    " and exists (select 1 from teams_team t where t.case_id = team_id"
    " and t.centre_id = consultations_consultation.centre_id"
    " and t.data_key_id <> consultations_consultation.data_key_id)"
    " and exists (select 1 from accounts_membership m join accounts_organisation o on o.id = m.organisation_id"
    " where m.user_id = consultant_id and m.ended_at is null and o.is_active"
    " and o.id = consultations_consultation.organisation_id"
    f" and (o.id = consultations_consultation.centre_id and m.role in ({quoted(*AT_CENTRE)})"
    f" or o.kind in ({quoted(OrganisationKind.PARTNER, OrganisationKind.BODY)})"
    f" and m.role in ({quoted(*AT_OTHER_BODIES)})))"
)
OF_OPEN_CASE = f"exists (select 1 from cases_case where id = team_id and state in ({quoted(*OPEN_CASE)}))"
#: Columns that change with the state alone.
MARKS = ["answer", "decline_reason", "ended_at", "ended_by_id"]

DECLARATIONS: list[Declaration] = [
    Protected(
        "consultations_consultation",
        select=[
            Rule("who may read the case, if the centre reads it", f"is_shared and {case_readers('team_id').sql}"),
            ASKING_BODY,
            CONSULTANT,
            DEADLINES,
        ],
        insert=[
            both(
                CASE_WRITERS,
                "for the centre, of an open case, in their own name",
                f"asking_body_id = centre_id and {FITS} and {OF_OPEN_CASE}",
            ),
            both(ASKING_BODY, "of an open case, in their own name", f"{FITS} and ntk.case_is_open(team_id)"),
        ],
        # Which columns, and from which state, the trigger below decides.
        update=[
            both(CASE_WRITERS, "if the centre asked", "asking_body_id = centre_id"),
            ASKING_BODY,
            CONSULTANT,
            Rule(f"{DEADLINES.who}: open ones", f"{DEADLINES.sql} and state in ({quoted(*OPEN)})"),
        ],
        update_columns=["state", *MARKS, "escalated_at", "version"],
        granted={"lotse_policy": "update (state, ended_at, ended_by_id, version)"},
    ),
    Transitions(
        "consultations_consultation",
        MACHINES[0],
        who={
            Who.CONSULTANT: both(CONSULTANT, "in their own name", is_actor("ended_by_id")),
            Who.ASKING_SIDE: Rule(
                f"{ASKING_BODY.who}; if the centre asked, {CASE_WRITERS.who}; in their own name",
                f"{is_actor('ended_by_id')} and (asking_body_id = centre_id and ({CASE_WRITERS.sql})"
                f" or {ASKING_BODY.sql})",
            ),
        },
        marks=MARKS,
    ),
    Addition("journal_event", "consultation", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    CASE_WRITER=f"({COORDINATORS.sql}) or ({WORKERS.sql})",
    CONFLICT=quoted(EndReason.CONFLICT),
    IN_TEAM=quoted(*IN_TEAM),
    OPEN=quoted(*OPEN),
    WITHDRAWN=quoted(*WITHDRAWN),
)
