"""The states of calls, legs, agents and commands; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    TELEPHONE = "telephone"
    SHIFT = "shift"
    EITHER = "telephone or shift"


class CallState(models.TextChoices):
    MENU = "menu", _("in the menu")
    WAITING = "waiting", pgettext_lazy("call", "waiting")
    CONNECTING = "connecting", _("being connected")
    TALKING = "talking", _("in conversation")
    LEAVING = "leaving", _("leaving a message")
    ENDED = "ended", pgettext_lazy("call", "ended")


CALL_TRANSITIONS: dict[CallState, dict[CallState, Who]] = {
    CallState.MENU: {
        CallState.WAITING: Who.TELEPHONE,
        CallState.LEAVING: Who.TELEPHONE,
        CallState.ENDED: Who.EITHER,
    },
    CallState.WAITING: {
        CallState.CONNECTING: Who.SHIFT,
        CallState.LEAVING: Who.TELEPHONE,
        CallState.ENDED: Who.EITHER,
    },
    CallState.CONNECTING: {
        CallState.TALKING: Who.TELEPHONE,
        CallState.WAITING: Who.EITHER,
        CallState.ENDED: Who.EITHER,
    },
    CallState.TALKING: {CallState.ENDED: Who.EITHER},
    CallState.LEAVING: {CallState.ENDED: Who.TELEPHONE},
    CallState.ENDED: {},
}

UNCLAIMED = (CallState.MENU, CallState.WAITING, CallState.LEAVING)
#: A handler has claimed the call.
CLAIMED = (CallState.CONNECTING, CallState.TALKING)
CALL_OVER = (CallState.ENDED,)
#: The caller hears music until a handler speaks.
NOT_CONNECTED = (CallState.WAITING, CallState.CONNECTING)


class Ending(models.TextChoices):
    """How a call ended. Every ended call has exactly one."""

    ANSWERED = "answered", pgettext_lazy("call", "answered")
    ABANDONED = "abandoned", _("hung up while waiting")
    LEFT_MENU = "left_menu", _("hung up in the menu")
    CALLBACK = "callback", _("asked to be called back")
    VOICEMAIL = "voicemail", _("left a voicemail")
    CLOSED = "closed", _("called out of hours")
    BLOCKED = "blocked", _("blocked")
    FAILED = "failed", pgettext_lazy("call", "failed")
    UNREACHED = "unreached", _("nobody was reached")


#: The ending of a call by its last state, if no other was set before.
NATURAL_ENDING: dict[CallState, Ending] = {
    CallState.MENU: Ending.LEFT_MENU,
    CallState.WAITING: Ending.ABANDONED,
    CallState.CONNECTING: Ending.ABANDONED,
    CallState.TALKING: Ending.ANSWERED,
    CallState.LEAVING: Ending.CLOSED,
}


class LegState(models.TextChoices):
    """States of one telephone in a call."""

    PLANNED = "planned", _("to be rung")
    RINGING = "ringing", _("ringing")
    ANSWERED = "answered", _("picked up")
    IN_ROOM = "in_room", _("in the conversation")
    ENDED = "ended", pgettext_lazy("leg", "ended")


NOT_THERE_YET = (LegState.PLANNED, LegState.RINGING)
#: Somebody has picked it up.
THERE = (LegState.ANSWERED, LegState.IN_ROOM)
LEG_OVER = (LegState.ENDED,)
#: No telephone of it is known to ring.
NOT_RUNG = (LegState.PLANNED, LegState.ENDED)
LEG_TRANSITIONS: dict[LegState, dict[LegState, Who]] = {
    LegState.PLANNED: {
        LegState.RINGING: Who.TELEPHONE,
        LegState.ANSWERED: Who.TELEPHONE,
        LegState.IN_ROOM: Who.TELEPHONE,
        LegState.ENDED: Who.EITHER,
    },
    LegState.RINGING: {
        LegState.ANSWERED: Who.TELEPHONE,
        LegState.IN_ROOM: Who.TELEPHONE,
        LegState.ENDED: Who.EITHER,
    },
    LegState.ANSWERED: {LegState.IN_ROOM: Who.TELEPHONE, LegState.ENDED: Who.EITHER},
    LegState.IN_ROOM: {LegState.ENDED: Who.EITHER},
    LegState.ENDED: {},
}


class AgentState(models.TextChoices):
    """A handler's state for the queue."""

    OFF = "off", _("off")
    READY = "ready", _("ready")
    ON_CALL = "on_call", _("in a call")
    WRAP_UP = "wrap_up", _("wrap-up")
    BREAK = "break", _("on a break")


class AgentReason(models.TextChoices):
    """Why the system has set a handler's state."""

    MISSED = "missed", _("two calls in a row were not answered")
    NOT_REACHED = "not_reached", _("your telephone was not picked up")
    REFUSED = "refused", _("your telephone could not be rung")
    NOT_CONNECTED = "not_connected", _("the caller could not be connected")


#: States that handlers choose themselves; "in a call" is set by calls.
CHOSEN_STATES = (AgentState.READY, AgentState.BREAK, AgentState.OFF)
READY = (AgentState.READY,)
IN_A_CALL = (AgentState.ON_CALL,)
NOT_READY = (AgentState.WRAP_UP, AgentState.BREAK)
OFF_DUTY = (AgentState.OFF,)
#: In the order of the wallboard.
ON_DUTY = (*READY, *IN_A_CALL, *NOT_READY)
#: Incoming calls need a ready handler; calling back is possible in any state.
AGENT_TRANSITIONS: dict[AgentState, dict[AgentState, Who]] = {
    AgentState.OFF: {AgentState.READY: Who.SHIFT, AgentState.BREAK: Who.SHIFT, AgentState.ON_CALL: Who.SHIFT},
    AgentState.READY: {AgentState.ON_CALL: Who.SHIFT, AgentState.BREAK: Who.EITHER, AgentState.OFF: Who.SHIFT},
    AgentState.ON_CALL: dict.fromkeys((AgentState.WRAP_UP, AgentState.READY, AgentState.BREAK), Who.EITHER),
    AgentState.WRAP_UP: {
        AgentState.READY: Who.EITHER,
        AgentState.BREAK: Who.SHIFT,
        AgentState.OFF: Who.SHIFT,
        AgentState.ON_CALL: Who.SHIFT,
    },
    AgentState.BREAK: {AgentState.READY: Who.SHIFT, AgentState.OFF: Who.SHIFT, AgentState.ON_CALL: Who.SHIFT},
}


class OfferState(models.TextChoices):
    OPEN = "open", pgettext_lazy("offer of a call", "open")
    ACCEPTED = "accepted", pgettext_lazy("offer of a call", "accepted")
    DECLINED = "declined", pgettext_lazy("offer of a call", "declined")
    EXPIRED = "expired", pgettext_lazy("offer of a call", "expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer of a call", "withdrawn")


OFFER_OPEN = (OfferState.OPEN,)
#: To that handler the call is not shown again for a while.
OFFER_PASSED = (OfferState.DECLINED, OfferState.EXPIRED)
OFFER_OVER = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN)
OFFER_TRANSITIONS: dict[OfferState, dict[OfferState, Who]] = {
    OfferState.OPEN: {
        **dict.fromkeys(OFFER_OVER, Who.EITHER),
        OfferState.ACCEPTED: Who.SHIFT,
        OfferState.DECLINED: Who.SHIFT,
        OfferState.EXPIRED: Who.TELEPHONE,
    },
    OfferState.ACCEPTED: {},
    OfferState.DECLINED: {},
    OfferState.EXPIRED: {},
    OfferState.WITHDRAWN: {},
}


class CommandState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("command", "waiting")
    DONE = "done", pgettext_lazy("command", "done")
    DROPPED = "dropped", _("no longer needed")
    FAILED = "failed", pgettext_lazy("command", "failed")


COMMAND_WAITING = (CommandState.WAITING,)
COMMAND_OVER = (CommandState.DONE, CommandState.DROPPED, CommandState.FAILED)
NOT_CARRIED_OUT = (CommandState.DROPPED, CommandState.FAILED)
COMMAND_TRANSITIONS: dict[CommandState, dict[CommandState, Who]] = {
    CommandState.WAITING: dict.fromkeys(COMMAND_OVER, Who.TELEPHONE),
    CommandState.DONE: {},
    CommandState.DROPPED: {},
    CommandState.FAILED: {},
}

MACHINES = (
    StateMachine(
        "Call",
        CallState,
        starts=(CallState.MENU, CallState.CONNECTING),
        sets=(UNCLAIMED, CLAIMED, CALL_OVER),
        transitions=CALL_TRANSITIONS,
        remark="From the first ring to the end; a claim that comes to nothing goes back. One of ours begins claimed.",
    ),
    StateMachine(
        "Leg",
        LegState,
        starts=(LegState.PLANNED,),
        sets=(NOT_THERE_YET, THERE, LEG_OVER),
        transitions=LEG_TRANSITIONS,
        remark="A handler's or partner's telephone in a call. An ended one stays ended.",
    ),
    StateMachine(
        "Agent",
        AgentState,
        starts=(AgentState.OFF,),
        sets=(READY, IN_A_CALL, NOT_READY, OFF_DUTY),
        transitions=AGENT_TRANSITIONS,
        remark="What a handler does now, as the queue sees it.",
    ),
    StateMachine(
        "Offer of a call",
        OfferState,
        starts=(OfferState.OPEN,),
        sets=(OFFER_OPEN, OFFER_OVER),
        transitions=OFFER_TRANSITIONS,
        remark="A waiting call is shown to one handler for a while.",
    ),
    StateMachine(
        "Command",
        CommandState,
        starts=(CommandState.WAITING,),
        sets=(COMMAND_WAITING, COMMAND_OVER),
        transitions=COMMAND_TRANSITIONS,
        remark="Something we want of the telephone provider, carried out by a task.",
    ),
)
