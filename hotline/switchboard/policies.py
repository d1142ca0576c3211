"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    ANY_ACTOR,
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
    Unprotected,
    at_the_centre,
    both,
    declared_items,
    is_actor,
    orgs_as,
    service,
)
from foundation.privacy.state_machines import StateMachine

from . import events
from .states import MACHINES, Who
from .vocabulary import Direction

TELEPHONE = service("telephone")
HANDLERS = at_the_centre("handler")
COORDINATORS = at_the_centre("coordinator")
SHIFT = at_the_centre("handler", "coordinator")
ADMINISTRATORS = Rule("administrators", f"cardinality({orgs_as('administrator')}) > 0")
EITHER = Rule(f"{TELEPHONE.who}; {SHIFT.who}", f"({TELEPHONE.sql} or {SHIFT.sql})")
SIDES: dict[str, Rule] = {Who.TELEPHONE: TELEPHONE, Who.SHIFT: SHIFT, Who.EITHER: EITHER}
CALL_MACHINE, LEG_MACHINE, AGENT_MACHINE, OFFER_MACHINE, COMMAND_MACHINE = MACHINES
#: The shift may read waiting and running calls; handler and coordinators may read ended ones.
CALL = [
    TELEPHONE,
    COORDINATORS,
    both(HANDLERS, "until it has ended, then if it was theirs", f"(ended_at is null or {is_actor('claimed_by_id')})"),
]
LEG = [
    TELEPHONE,
    COORDINATORS,
    both(HANDLERS, "until it has ended, then if it was theirs", f"(ended_at is null or {is_actor('user_id')})"),
]


def sides_of(machine: StateMachine) -> dict[str, Rule]:
    return {who: rule for who, rule in SIDES.items() if who in {one for _source, _target, one in machine.arrows()}}


DECLARATIONS: list[Declaration] = [
    Protected("switchboard_line", select=[ANY_ACTOR], insert=[ADMINISTRATORS], update=[ADMINISTRATORS]),
    # Only the telephone service inserts incoming calls; a handler who calls somebody back inserts an outbound call.
    Protected(
        "switchboard_call",
        select=CALL,
        insert=[
            TELEPHONE,
            both(
                SHIFT,
                "outgoing calls of their own",
                f"direction = '{Direction.OUTBOUND}' and {is_actor('claimed_by_id')}",
            ),
        ],
        update=CALL,
    ),
    Transitions(
        "switchboard_call",
        CALL_MACHINE,
        who={**SIDES, Who.SHIFT: both(SHIFT, "in their own name", is_actor("claimed_by_id"))},
        marks=["claimed_by_id", "claimed_at", "ended_at"],
    ),
    Protected("switchboard_leg", select=LEG, insert=[TELEPHONE, SHIFT], update=LEG),
    Transitions("switchboard_leg", LEG_MACHINE, who=sides_of(LEG_MACHINE)),
    Protected(
        "switchboard_agent",
        select=[TELEPHONE, SHIFT],
        insert=[both(SHIFT, "for themselves", is_actor("user_id"))],
        update=[TELEPHONE, COORDINATORS, both(HANDLERS, "their own", is_actor("user_id"))],
    ),
    Transitions("switchboard_agent", AGENT_MACHINE, who=sides_of(AGENT_MACHINE)),
    Protected("switchboard_offer", select=[TELEPHONE, SHIFT], insert=[TELEPHONE, SHIFT], update=[TELEPHONE, SHIFT]),
    Transitions("switchboard_offer", OFFER_MACHINE, who=sides_of(OFFER_MACHINE)),
    Protected("switchboard_webhookevent", select=[TELEPHONE], insert=[TELEPHONE], update=[TELEPHONE]),
    Protected(
        "switchboard_voicemail",
        select=[
            TELEPHONE,
            COORDINATORS,
            both(
                HANDLERS,
                "unless the ended call was a colleague's and the callback is not theirs",
                "ntk.hears_voicemail(call_id, callback_id)",
            ),
        ],
        insert=[TELEPHONE],
        update=[TELEPHONE],
    ),
    Protected("switchboard_command", select=[TELEPHONE, SHIFT], insert=[TELEPHONE, SHIFT], update=[TELEPHONE]),
    Transitions("switchboard_command", COMMAND_MACHINE, who=sides_of(COMMAND_MACHINE)),
    Protected(
        "switchboard_block",
        select=[TELEPHONE, SHIFT],
        insert=[both(SHIFT, "in their own name", is_actor("made_by_id"))],
        update=[TELEPHONE, COORDINATORS],
    ),
    Unprotected("switchboard_refusal", "how many forged webhooks there were on a day"),
    # The whole shift may read the telephone's events, as for the worklist of callbacks.
    Addition(
        "journal_event",
        "telephone",
        select=reading_rules(kinds_of(events)),
    ),
]
sql_items = declared_items(__name__, DECLARATIONS)
