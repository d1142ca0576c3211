"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from collections.abc import Iterable

from casework.cases.policies import READERS as CASE_READERS
from casework.cases.states import OPEN
from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    BY_APPLICATION,
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
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
    GIVEN_BACK,
    LIVE,
    MACHINES,
    SHOWS_FIELDS,
    SHOWS_SUMMARY,
    TAKEN,
    UNSUCCESSFUL,
    WAITING,
    WAITS_FOR_CENTRE,
    WAITS_FOR_PARTNER,
    ReferralState,
    Who,
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


CENTRE = Rule(f"{COORDINATORS.who}, {WORKERS.who}", f"({CENTRE_SQL})")
#: What the centre and the partner may not change with a step of theirs, or only in their own name.
CENTRE_STEP = (
    "(answered_at, answered_by_id, decline_reason, first_contact_at, outcome) is not distinct from"
    " (old.answered_at, old.answered_by_id, old.decline_reason, old.first_contact_at, old.outcome)"
    f" and (old.state not in ({states(DRAFTS)}) or state not in ({states(WAITING)}) or {is_actor('offered_by_id')})"
)
PARTNER_STEP = (
    "(offered_at, offered_by_id) is not distinct from (old.offered_at, old.offered_by_id)"
    " and ((due_at, steps_at) is not distinct from (old.due_at, old.steps_at)"
    f" or state in ({states(WAITS_FOR_CENTRE)}))"
    f" and (old.state not in ({states(WAITING)}) or state in ({states(WAITING)}) or {is_actor('answered_by_id')})"
)


def just_moved(*into: Iterable[ReferralState]) -> str:
    """SQL: the partner of a referral r has moved it, in this transaction, into one of these states."""
    moved = {state for one in into for state in one}
    return f"(r.{PARTNER_SQL} and r.state in ({states(moved)}) and ntk.written_here(r.xmin))"


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


def by_partner(of: str, condition: str) -> str:
    return f"exists (select 1 from handoff_referral r where r.{of} and {condition})"


DRAFTED = Rule(
    "coordinators of the centre, handlers who work on the case, the service deadlines; until it is offered",
    "exists (select 1 from handoff_referral r where r.id = referral_id"
    f" and r.state in ({states(DRAFTS)}) and ({CENTRE_SQL} or {is_service('deadlines')}))",
)
ACCEPTED = by_partner("id = referral_id", just_moved(TAKEN))
ACCEPTED_HERE = Rule(
    "the partner that accepts, in the same transaction",
    f"effective_at is null and {ACCEPTED}",
    check=f"effective_at is not null and {ACCEPTED}",
)
SIDE_OF_NOTICE = Rule(
    "who may read the referral, to people of the centre or the partner",
    "exists (select 1 from handoff_referral r where r.id = referral_id and (r.contact_person_id = recipient_id"
    " or exists (select 1 from accounts_membership m where m.user_id = recipient_id and m.ended_at is null"
    " and m.organisation_id in (r.centre_id, r.organisation_id)))) and sent_at is null",
)
#: Responsibility moves with acceptance to the person who accepted, and with the end to the centre's contact person.
TAKES = f"cases_responsibility.organisation_id = r.organisation_id and {is_actor('user_id')} and {just_moved(TAKEN)}"
GIVES_BACK = (
    "cases_responsibility.organisation_id = r.centre_id and user_id = r.contact_person_id"
    f" and {just_moved(GIVEN_BACK, DONE)}"
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

GIVEN_BACK_HERE = by_partner("case_id = cases_responsibility.case_id", just_moved(GIVEN_BACK, DONE))
MOVED_HERE = by_partner("case_id = cases_responsibility.case_id", just_moved(TAKEN, GIVEN_BACK, DONE))
#: Columns of a referral that change with its state.
MOVED = [
    "state",
    "offered_at",
    "offered_by_id",
    "due_at",
    "steps_at",
    "answered_at",
    "answered_by_id",
    "decline_reason",
    "first_contact_at",
    "outcome",
    "ended_at",
]
OWN_KINDS = [kind for kind in kinds_of(events) if kind.audience == events.PARTNER]

DECLARATIONS: list[Declaration] = [
    Protected(
        "handoff_referral",
        select=[COORDINATORS, WORKERS, GRANTED, PARTNER, DEADLINES],
        insert=[
            both(one, "in their own name", is_actor("created_by_id")) for one in (COORDINATORS, WORKERS, DEADLINES)
        ],
        update=[COORDINATORS, WORKERS, PARTNER, DEADLINES],
        update_columns=[*MOVED, "version", "asked_again_at", "kept_at", "kept_by_id"],
    ),
    Transitions(
        "handoff_referral",
        MACHINES[0],
        who={
            Who.CENTRE: both(CENTRE, "the answer stays", CENTRE_STEP),
            Who.PARTNER: both(PARTNER, "the offer stays", PARTNER_STEP),
            Who.DEADLINE: DEADLINES,
        },
        marks=[*MOVED[1:], "version"],
    ),
    Protected(
        "handoff_nextstep",
        select=[COORDINATORS, WORKERS],
        denied="insert, update, delete, truncate",
        granted={"lotse_policy": "insert, delete"},
    ),
    # Everybody who ranks partners needs the numbers, through ntk.partner_record.
    Protected("handoff_offercount", denied="all", granted={"lotse_policy": "insert, update"}),
    Protected(
        "handoff_summary",
        select=[of_referral(SHOWS_SUMMARY)],
        insert=[DRAFTED],
        update=[DRAFTED],
        update_columns=["text"],
    ),
    # Decided once, with the offer. Afterwards it takes effect, and consent may end.
    Protected(
        "handoff_disclosure",
        select=[of_referral(SHOWS_FIELDS)],
        insert=[
            both(
                DRAFTED,
                "in their own name",
                f"{is_actor('decided_by_id')} and effective_at is null and consent_ended_at is null",
            )
        ],
        update=[ACCEPTED_HERE, DEADLINES],
        update_columns=["effective_at", "consent_ended_at"],
    ),
    Protected(
        "handoff_message",
        select=[of_referral(SHOWS_SUMMARY)],
        insert=[both(of_referral(SHOWS_SUMMARY), "in their own name", is_actor("written_by_id"))],
    ),
    Protected(
        "handoff_notice",
        select=[Rule("its recipient", is_actor("recipient_id")), UNSENT, DEADLINES],
        insert=[SIDE_OF_NOTICE],
        update=[UNSENT, DEADLINES],
        update_columns=["attempts", "due_at", "claimed_until", "sent_at", "gave_up_at"],
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
    # Acceptance changes responsibility, and so do the return and the end; nothing else that a partner does.
    Addition(
        "cases_responsibility",
        "offered",
        select=[OFFERED_CASE, Rule("the partner that has just given it back", GIVEN_BACK_HERE)],
        insert=[
            Rule(
                "the partner that accepts, to the person who does; the partner that returns or completes it, to the"
                " centre's contact person; in the same transaction and in their own name",
                f"{is_actor('given_by_id')} and until is null"
                f" and {by_partner('case_id = cases_responsibility.case_id', f'(({TAKES}) or ({GIVES_BACK}))')}",
            )
        ],
        update=[
            Rule(
                "the partner that accepts, returns or completes it, in the same transaction",
                f"until is null and {MOVED_HERE}",
                check=f"until is not null and {MOVED_HERE}",
            )
        ],
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
    WAITS_FOR_PARTNER=states(WAITS_FOR_PARTNER),
    WAITS_FOR_CENTRE=states(WAITS_FOR_CENTRE),
    EXPIRED=str(ReferralState.EXPIRED),
    BY_APPLICATION=BY_APPLICATION,
    TRIAGED=quoted(*OPEN_OR_IN_FORCE),
    IN_FORCE=quoted(*IN_FORCE),
)
