"""Actions on agents: ready, on a break, in a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind
from regions.vocabulary import Language

from .dispatch import offer_calls, withdraw_offers
from .events import AGENT_ARRANGED, AGENT_MADE, AGENT_MOVED
from .models import Agent, Call, Offer
from .permissions import may_change_agent
from .states import AGENT_TRANSITIONS, CHOSEN_STATES, AgentState
from .vocabulary import Skill


def agent_of(*, by: User) -> Agent:
    """The actor's agent; created at the first use of the telephone."""
    if by.centre is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    require(by, Permission.CONTACT_LOG, by.centre.pk)
    agent = Agent.objects.filter(user=by).first()
    return agent or _new_agent(by)


def _new_agent(by: User) -> Agent:
    assert by.centre is not None
    with transaction.atomic():
        key = new_data_key()
        Agent.objects.bulk_create(
            [Agent(user=by, centre=by.centre, data_key=key, languages=[by.language])], ignore_conflicts=True
        )
        agent = Agent.objects.get(user=by)
        if agent.data_key_id == key.pk:
            record(AGENT_MADE, by=by, subject=agent.pk, centre=agent.centre_id)
    return agent


@transaction.atomic
def choose_state(*, by: User, state: AgentState) -> Agent:
    """Set ready, break or off. Raises Stale during a call; a repeat has no effect.

    An agent who becomes ready is offered a waiting call; the offer of one who leaves is withdrawn.
    """
    if state not in CHOSEN_STATES:
        raise ValueError(state)
    agent = lock_agent(agent_of(by=by))
    if agent.state == AgentState.ON_CALL:  # the end of the call sets the next state
        raise stale(agent.pk)
    if agent.state == state:
        if agent.reason:  # a person confirms the state that the system had set
            Agent.objects.filter(pk=agent.pk).update(reason="")
            agent.reason = ""
        return agent
    move_agent(by=by, agent=agent, to=state)
    if state == AgentState.READY:
        Agent.objects.filter(pk=agent.pk).update(missed=0)
    else:
        withdraw_offers(by=by, offers=Offer.objects.filter(agent=agent))
    offer_calls(by=by, centre=agent.centre_id)
    return agent


@transaction.atomic
def arrange_agent(
    *,
    by: User,
    agent: Agent,
    phone: str,
    is_browser: bool,
    languages: Sequence[Language],
    skills: Sequence[Skill],
) -> Agent:
    """Set telephone (E.164, or empty), languages and skills. By the handler or a coordinator."""
    if not may_change_agent(by, agent):
        raise NotAllowed(Permission.CONTACT_LOG)
    agent = lock_agent(agent)
    agent.phone = phone
    agent.is_browser = is_browser
    agent.languages = list(languages)
    agent.skills = list(skills)
    agent.save(update_fields=["phone", "is_browser", "languages", "skills"])
    _note(by, AGENT_ARRANGED, agent, {"languages": agent.languages, "skills": agent.skills})
    return agent


def lock_agent(agent: Agent) -> Agent:
    return Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)


def move_agent(
    *, by: User, agent: Agent, to: AgentState, call: Call | None = None, why: str = "", reason: str = ""
) -> None:
    """Change the state. Raises Stale if not allowed. ``reason``: an ``AgentReason`` if the system changes it."""
    if to not in AGENT_TRANSITIONS[AgentState(agent.state)]:
        raise stale(agent.pk)
    now = timezone.now()
    changed = Agent.objects.filter(pk=agent.pk, state=agent.state).update(state=to, since=now, call=call, reason=reason)
    if not changed:
        raise stale(agent.pk)
    agent.state = to
    agent.since = now
    agent.call = call
    agent.reason = reason
    _note(by, AGENT_MOVED[to], agent, {"why": why} if why else {})


def _note(by: User, kind: EventKind, agent: Agent, data: dict[str, Any]) -> None:
    told = (organisation_group(agent.centre_id),)
    record(kind, by=by, subject=agent.pk, centre=agent.centre_id, data=data, tell=told)


def leave_call(*, by: User, call: Call, to: AgentState = AgentState.WRAP_UP, why: str = "", reason: str = "") -> None:
    """Remove the agent from this call."""
    for agent in Agent.objects.select_for_update(no_key=True).filter(call=call, state=AgentState.ON_CALL):
        move_agent(by=by, agent=agent, to=to, why=why, reason=reason)
