"""Who may change what happens at the telephone. Who may see it is asked of the database; see policies.py."""

from __future__ import annotations

import uuid

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, can
from foundation.accounts.roles import Permission

from .models import Agent, Call


def may_direct(user: User, call: Call) -> bool:
    """The call's handler and coordinators may hold, consult, hand over and hang up."""
    return call.claimed_by_id == user.pk or can(user, Permission.CONTACT_ASSIGN, call.centre_id)


def in_shift(user: User, centre_id: int) -> bool:
    return can(user, Permission.CONTACT_LOG, centre_id)


def call_to_direct(user: User, call_id: uuid.UUID) -> Call:
    """The live call, for its handler and coordinators. Raises Refused."""
    call = Call.objects.select_related("line", "contact").filter(pk=call_id).first()
    if call is None or not may_direct(user, call):
        raise Refused("call.read", call_id)
    return call


def may_change_agent(user: User, agent: Agent) -> bool:
    return in_shift(user, agent.centre_id) and (
        agent.user_id == user.pk or can(user, Permission.CONTACT_ASSIGN, agent.centre_id)
    )
