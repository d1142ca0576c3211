"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, WITH_DOSSIER, EventKind
from foundation.privacy.rls import at_the_centre

from .states import AgentState, CallState

SHIFT = (at_the_centre("handler"),)

CALL_ARRIVED = EventKind("call.arrived", "call", _("Call came in"), "phone", SHIFT, WITH_DOSSIER)
CALL_LANGUAGE_CHOSEN = EventKind(
    "call.language_chosen", "call", _("Language chosen in the menu"), "check", SHIFT, WITH_DOSSIER
)
CALL_WAITING = EventKind("call.waiting", "call", _("Call waits"), "timer", SHIFT, WITH_DOSSIER)
CALL_CONNECTING = EventKind("call.connecting", "call", _("Call is being connected"), "phone", SHIFT, WITH_DOSSIER)
CALL_TALKING = EventKind("call.talking", "call", _("Conversation begun"), "phone", SHIFT, WITH_DOSSIER)
CALL_LEAVING = EventKind(
    "call.leaving", "call", _("Call goes to voicemail or callback"), "message-square", SHIFT, WITH_DOSSIER
)
CALL_ENDED = EventKind("call.ended", "call", _("Call ended"), "circle-check", SHIFT, WITH_DOSSIER)
CALL_ANSWERED_AFTER_ALL = EventKind(
    "call.answered_after_all", "call", _("Answered after all"), "phone", SHIFT, WITH_DOSSIER
)
CALL_ENTERED_ROOM = EventKind(
    "call.entered_room", "call", _("Caller connected to the conversation"), "phone", SHIFT, WITH_DOSSIER
)
CALL_LEFT_ROOM = EventKind("call.left_room", "call", _("Caller left the conversation"), "undo-2", SHIFT, WITH_DOSSIER)
CALL_ALONE = EventKind(
    "call.alone", "call", _("Caller is alone in the conversation"), "triangle-alert", SHIFT, WITH_DOSSIER
)
CALL_ALONE_NO_MORE = EventKind(
    "call.alone_no_more", "call", _("Caller is no longer alone"), "check", SHIFT, WITH_DOSSIER
)
CALL_OFFERED = EventKind("call.offered", "call", _("Call offered to a handler"), "bell", SHIFT, WITH_DOSSIER)
CALL_OFFER_EXPIRED = EventKind(
    "call.offer_expired", "call", _("Offer of the call was not taken in time"), "timer-off", SHIFT, WITH_DOSSIER
)
CALL_OFFERS_WITHDRAWN = EventKind(
    "call.offers_withdrawn", "call", _("Offers of the call withdrawn"), "undo-2", SHIFT, WITH_DOSSIER
)
CALL_DECLINED = EventKind("call.declined", "call", _("Offer of the call declined"), "x", SHIFT, WITH_DOSSIER)
CALL_HELD = EventKind("call.held", "call", _("Call put on hold"), "timer", SHIFT, WITH_DOSSIER)
CALL_RESUMED = EventKind("call.resumed", "call", _("Call taken off hold"), "phone", SHIFT, WITH_DOSSIER)
CALL_PARTNER_RUNG = EventKind(
    "call.partner_rung", "call", _("Another person is being rung"), "users", SHIFT, WITH_DOSSIER
)
CALL_PARTNER_DISMISSED = EventKind(
    "call.partner_dismissed", "call", _("The other person was let go"), "user-x", SHIFT, WITH_DOSSIER
)
CALL_HANDED_OVER = EventKind("call.handed_over", "call", _("Call handed over"), "send", SHIFT, WITH_DOSSIER)
CALL_HANDOVER_FAILED = EventKind(
    "call.handover_failed", "call", _("The handover of the call failed"), "triangle-alert", SHIFT, WITH_DOSSIER
)
CALL_HUNG_UP = EventKind("call.hung_up", "call", _("Handler hung up"), "x", SHIFT, WITH_DOSSIER)
CALL_URGENCY = EventKind(
    "call.urgency", "call", _("Urgency of the call changed"), "triangle-alert", SHIFT, WITH_DOSSIER
)
CALL_VOICEMAIL = EventKind("call.voicemail", "call", _("Voicemail left"), "message-square", SHIFT, WITH_DOSSIER)
CALL_VOICEMAIL_FETCHED = EventKind(
    "call.voicemail_fetched", "call", _("Voicemail fetched"), "message-square", SHIFT, WITH_DOSSIER
)
CALL_VOICEMAIL_LOST = EventKind("call.voicemail_lost", "call", _("Voicemail lost"), "circle-alert", SHIFT, WITH_DOSSIER)
CALL_LEG_MOVED = EventKind(
    "call.leg_moved", "call", _("A telephone of the call changed its state"), "phone", SHIFT, WITH_DOSSIER
)
CALL_LEG_ENDED = EventKind("call.leg_ended", "call", _("A telephone left the call"), "x", SHIFT, WITH_DOSSIER)
CALL_PERSON_RUNG = EventKind("call.person_rung", "call", _("The person is being rung"), "phone", SHIFT, WITH_DOSSIER)
CALL_CALLING_BACK = EventKind("call.calling_back", "call", _("Calling back"), "phone", SHIFT, WITH_DOSSIER)
CALL_CLAIM_RAN_OUT = EventKind(
    "call.claim_ran_out", "call", _("Nobody answered in time, the call waits again"), "timer-off", SHIFT, WITH_DOSSIER
)
CALL_COMMAND_DELAYED = EventKind(
    "call.command_delayed", "call", _("The provider did not obey yet"), "timer", SHIFT, WITH_DOSSIER
)
CALL_COMMAND_FAILED = EventKind(
    "call.command_failed", "call", _("The provider did not obey"), "circle-alert", SHIFT, WITH_DOSSIER
)
COMMAND_ORDERED = EventKind("command.ordered", "call", _("Ordered from the provider"), "send", (), WITH_DOSSIER)
COMMAND_HASTENED = EventKind(
    "command.hastened", "call", _("Ordered from the provider at once"), "send", (), WITH_DOSSIER
)
AGENT_MADE = EventKind("agent.made", "agent", _("Place at the telephone set up"), "circle-plus", SHIFT, KEPT)
AGENT_ARRANGED = EventKind(
    "agent.arranged", "agent", _("Languages and skills at the telephone changed"), "pencil", SHIFT, KEPT
)
AGENT_OFF = EventKind("agent.off", "agent", _("Signed off from the telephone"), "lock", SHIFT, KEPT)
AGENT_READY = EventKind("agent.ready", "agent", _("Ready at the telephone"), "check", SHIFT, KEPT)
AGENT_ON_CALL = EventKind("agent.on_call", "agent", _("In a call"), "phone", SHIFT, KEPT)
AGENT_WRAP_UP = EventKind("agent.wrap_up", "agent", _("Wrap-up after a call"), "pencil", SHIFT, KEPT)
AGENT_BREAK = EventKind("agent.break", "agent", _("Break at the telephone"), "timer", SHIFT, KEPT)
LINE_ADDED = EventKind("line.added", "line", _("Telephone line added"), "circle-plus", (), KEPT)
LINE_CHANGED = EventKind("line.changed", "line", _("Telephone line changed"), "pencil", (), KEPT)
BLOCK_MADE = EventKind("block.made", "block", _("Number blocked"), "lock", (), WITH_DOSSIER)
BLOCK_LIFTED = EventKind("block.lifted", "block", _("Number no longer blocked"), "lock-open", (), WITH_DOSSIER)

#: The event of each state that a call changes to; no call changes to the menu.
CALL_MOVED = {
    CallState.WAITING: CALL_WAITING,
    CallState.CONNECTING: CALL_CONNECTING,
    CallState.TALKING: CALL_TALKING,
    CallState.LEAVING: CALL_LEAVING,
    CallState.ENDED: CALL_ENDED,
}
AGENT_MOVED = {
    AgentState.OFF: AGENT_OFF,
    AgentState.READY: AGENT_READY,
    AgentState.ON_CALL: AGENT_ON_CALL,
    AgentState.WRAP_UP: AGENT_WRAP_UP,
    AgentState.BREAK: AGENT_BREAK,
}
