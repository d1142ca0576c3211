"""The states of calls, legs, agents and commands; docs/states.md is generated from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallState(models.TextChoices):
    MENU = "menu", _("in the menu")
    WAITING = "waiting", pgettext_lazy("call", "waiting")
    CONNECTING = "connecting", _("being connected")
    TALKING = "talking", _("in conversation")
    LEAVING = "leaving", _("leaving a message")
    ENDED = "ended", pgettext_lazy("call", "ended")


CALL_TRANSITIONS: dict[CallState, frozenset[CallState]] = {
    CallState.MENU: frozenset({CallState.WAITING, CallState.LEAVING, CallState.ENDED}),
    CallState.WAITING: frozenset({CallState.CONNECTING, CallState.LEAVING, CallState.ENDED}),
    CallState.CONNECTING: frozenset({CallState.TALKING, CallState.WAITING, CallState.ENDED}),
    CallState.TALKING: frozenset({CallState.ENDED}),
    CallState.LEAVING: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset(),
}


#: A handler has claimed the call.
CLAIMED = (CallState.CONNECTING, CallState.TALKING)


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


LEG_TRANSITIONS: dict[LegState, frozenset[LegState]] = {
    LegState.PLANNED: frozenset({LegState.RINGING, LegState.ANSWERED, LegState.IN_ROOM, LegState.ENDED}),
    LegState.RINGING: frozenset({LegState.ANSWERED, LegState.IN_ROOM, LegState.ENDED}),
    LegState.ANSWERED: frozenset({LegState.IN_ROOM, LegState.ENDED}),
    LegState.IN_ROOM: frozenset({LegState.ENDED}),
    LegState.ENDED: frozenset(),
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
#: Incoming calls need a ready handler; calling back is possible in any state.
AGENT_TRANSITIONS: dict[AgentState, frozenset[AgentState]] = {
    AgentState.OFF: frozenset({AgentState.READY, AgentState.BREAK, AgentState.ON_CALL}),
    AgentState.READY: frozenset({AgentState.ON_CALL, AgentState.BREAK, AgentState.OFF}),
    AgentState.ON_CALL: frozenset({AgentState.WRAP_UP, AgentState.READY, AgentState.BREAK}),
    AgentState.WRAP_UP: frozenset({AgentState.READY, AgentState.BREAK, AgentState.OFF, AgentState.ON_CALL}),
    AgentState.BREAK: frozenset({AgentState.READY, AgentState.OFF, AgentState.ON_CALL}),
}


class OfferState(models.TextChoices):
    OPEN = "open", pgettext_lazy("offer of a call", "open")
    ACCEPTED = "accepted", pgettext_lazy("offer of a call", "accepted")
    DECLINED = "declined", pgettext_lazy("offer of a call", "declined")
    EXPIRED = "expired", pgettext_lazy("offer of a call", "expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer of a call", "withdrawn")


class CommandState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("command", "waiting")
    DONE = "done", pgettext_lazy("command", "done")
    DROPPED = "dropped", _("no longer needed")
    FAILED = "failed", pgettext_lazy("command", "failed")
