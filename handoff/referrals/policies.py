"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from collections.abc import Iterable

from casework.cases.policies import READERS as CASE_READERS
from casework.cases.states import OPEN
from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    ANY_ACTOR,
    Addition,
    Declaration,
    Protected,
    Rule,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    is_service,
    orgs_as,
    quoted,
    service,
)
from triage.states import IN_FORCE, OPEN_OR_IN_FORCE

from . import events
from .states import (
    DONE,
    DRAFTS,
    LIVE,
    SHOWS_FIELDS,
    SHOWS_SUMMARY,
    TAKEN,
    UNSUCCESSFUL,
    WAITING,
    ReferralState,
    in_order,
)

PARTNER_SQL = f"organisation_id = any({orgs_as('partner_worker', 'partner_coordinator')})"
COORDINATORS = at_the_centre("coordinator")
WORKERS = Rule("handlers who work on the case", "ntk.works_on_case(case_id)")
GRANTED = Rule(
    "to whom access to one of the case's contacts was granted for a time",
    "case_id = any((select ntk.granted_cases())::uuid[])",
)
DEADLINES = service("deadlines")
UNSENT = Rule(
    "administrators, of those that were not sent",
    f"sent_at is null and cardinality({orgs_as('administrator')}) > 0",
)
CENTRE_SQL = f"centre_id = any({orgs_as('coordinator')}) or ntk.works_on_case(case_id)"


def states(members: Iterable[ReferralState]) -> str:
    """SQL: a list of states, in the order in which they are declared."""
    return quoted(*in_order(members))


PARTNER = Rule("the partner, once it was offered", f"{PARTNER_SQL} and state not in ({states(DRAFTS)})")


def of_referral(shown: Iterable[ReferralState] = ()) -> Rule:
    """Rows of a referral: the centre reads them always, the partner while the referral is in one of these states."""
    partner = f" or ({PARTNER_SQL} and state in ({states(shown)}))" if shown else ""
    who = "coordinators of the centre, handlers who work on the case, the service deadlines"
    if shown:
        who += f"; the partner while the referral is {', '.join(in_order(shown))}"
    return Rule(
        who,
        "exists (select 1 from handoff_referral r where r.id = referral_id"
        f" and ({CENTRE_SQL} or {is_service('deadlines')}{partner}))",
    )


OFFERED_CASE = Rule(
    "the partner to whom the case is offered or referred",
    f"case_id in (select r.case_id from handoff_referral r where r.{PARTNER_SQL}"
    f" and r.state in ({states(SHOWS_SUMMARY)}))",
)
CASE_SIDE_SQL = (
    f"exists (select 1 from cases_case c where c.id = case_id and (c.centre_id = any({orgs_as('coordinator')})"
    " or ntk.works_on_case(c.id)))"
)
DECLARED_SQL = (
    "exists (select 1 from handoff_referral r where r.id = declared_in_id"
    " and r.case_id = handoff_caseconflict.case_id and r.organisation_id = handoff_caseconflict.organisation_id"
    f" and r.{PARTNER_SQL} and r.state in ({states(WAITING)}))"
)

OWN_KINDS = [kind for kind in kinds_of(events) if kind.audience == events.PARTNER]

DECLARATIONS: list[Declaration] = [
    Protected(
        "handoff_referral",
        select=[COORDINATORS, WORKERS, GRANTED, PARTNER, DEADLINES],
        insert=[COORDINATORS, WORKERS, DEADLINES],
        update=[COORDINATORS, WORKERS, PARTNER, DEADLINES],
    ),
    Protected(
        "handoff_nextstep",
        select=[COORDINATORS, WORKERS],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    # Everybody who ranks partners needs the numbers, through ntk.partner_record.
    Protected("handoff_offercount", denied="all", granted={"lotse_policy": "insert, update"}),
    Protected("handoff_summary", select=[of_referral(SHOWS_SUMMARY)], insert=[of_referral()], update=[of_referral()]),
    Protected(
        "handoff_disclosure",
        select=[of_referral(SHOWS_FIELDS)],
        insert=[of_referral()],
        update=[of_referral(SHOWS_FIELDS)],
    ),
    Protected(
        "handoff_message",
        select=[of_referral(SHOWS_SUMMARY)],
        insert=[both(of_referral(SHOWS_SUMMARY), "in their own name", is_actor("written_by_id"))],
    ),
    Protected(
        "handoff_deadline",
        select=[of_referral(SHOWS_SUMMARY)],
        insert=[of_referral()],
        update=[of_referral(SHOWS_SUMMARY)],
    ),
    Protected(
        "handoff_notice",
        select=[Rule("its recipient", is_actor("recipient_id")), UNSENT, DEADLINES],
        insert=[ANY_ACTOR],
        update=[UNSENT, DEADLINES],
    ),
    # The centre reads conflicts of its cases; partners read none, not even their own. A partner may only declare its
    # own, while an offer waits for its answer.
    Protected(
        "handoff_caseconflict",
        select=[CASE_READERS, DEADLINES],
        insert=[
            Rule(
                "coordinators of the centre, handlers who work on the case, and a partner of itself while an offer"
                " waits for its answer; in their own name",
                f"{is_actor('noted_by_id')} and ended_at is null and ended_by_id is null"
                f" and ((declared_in_id is null and {CASE_SIDE_SQL}) or {DECLARED_SQL})",
            )
        ],
        update=[
            Rule(
                "coordinators of the centre and handlers who work on the case: its end, in their own name",
                f"ended_at is null and {CASE_SIDE_SQL}",
                check=f"{is_actor('ended_by_id')} and ended_at is not null and {CASE_SIDE_SQL}",
            )
        ],
        update_columns=["ended_at", "ended_by_id"],
    ),
    # Acceptance changes responsibility, so a partner may change it for the cases that it was offered, and no others.
    Addition(
        "cases_responsibility",
        "offered",
        select=[OFFERED_CASE],
        insert=[both(OFFERED_CASE, "in their own name", is_actor("given_by_id"))],
        update=[OFFERED_CASE],
    ),
    # Data keys of a case also encrypt its conflicts.
    Addition("journal_event", "referral", select=reading_rules(OWN_KINDS)),
    Addition(
        "privacy_datakey",
        "dossier",
        select=[Rule("who may read a row that is encrypted with it", "ntk.reads_dossier(id)")],
    ),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    TAKEN=states(TAKEN),
    SHOWS_SUMMARY=states(SHOWS_SUMMARY),
    DRAFTS=states(DRAFTS),
    UNSUCCESSFUL=states(UNSUCCESSFUL),
    LIVE=states(LIVE),
    DONE=states(DONE),
    CASE_OPEN=quoted(*OPEN),
    EXPIRED=str(ReferralState.EXPIRED),
    TRIAGED=quoted(*OPEN_OR_IN_FORCE),
    IN_FORCE=quoted(*IN_FORCE),
)
