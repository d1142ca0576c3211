"""The telephone's part of the shift page: waiting callers, and handlers on duty. Read-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from foundation.accounts.models import Organisation

from .models import Agent, Block, Call, Refusal
from .states import CLAIMED, OFF_DUTY, ON_DUTY, AgentState, CallState
from .waiting import hung_up_today

MOST_CALLERS = 20


def callers(centre: Organisation, now: datetime) -> dict[str, Any]:
    """Waiting callers, and the number of handlers who could answer."""
    live = list(Call.objects.live().filter(centre=centre).select_related("line"))
    waiting = [call for call in live if call.state == CallState.WAITING]
    waiting.sort(key=lambda call: (not call.is_urgent, _since(call)))  # the order of the queue
    states = list(Agent.objects.filter(centre=centre).values_list("state", flat=True))
    return {
        "queue": waiting[:MOST_CALLERS],
        "waiting": len(waiting),
        "longest": min(waiting, key=_since, default=None),
        "talking": sum(call.state in CLAIMED for call in live),
        "ready": states.count(AgentState.READY),
        "number_on_duty": sum(state in ON_DUTY for state in states),
        "hung_up": hung_up_today(centre, now),
    }


def team(centre: Organisation, now: datetime) -> dict[str, Any]:
    """Handlers on duty with their states, and temporary blocks."""
    agents = list(Agent.objects.filter(centre=centre).select_related("user").order_by("user__name"))
    on_duty = [agent for agent in agents if agent.state in ON_DUTY]
    on_duty.sort(key=lambda agent: ON_DUTY.index(AgentState(agent.state)))
    return {
        "on_duty": on_duty,
        "off_duty": [agent for agent in agents if agent.state in OFF_DUTY],
        "blocks": Block.objects.running(now).filter(centre=centre).select_related("contact", "made_by"),
        "refused": sum(Refusal.objects.filter(day=now.date()).values_list("count", flat=True)),
    }


def _since(call: Call) -> datetime:
    """Since when a waiting call has been waiting."""
    assert call.waiting_since is not None
    return call.waiting_since
