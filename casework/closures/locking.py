"""Locks a closing before its opinions, as everybody does who changes them."""

from __future__ import annotations

import uuid

from django.db import connection

from casework.teams.permissions import writes_case
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale

from .models import Closure, Opinion
from .states import TRANSITIONS, ClosureState


def lock_closure(closure_id: uuid.UUID) -> Closure | None:
    """The closing, locked until the end of the transaction; None if the actor does not see it."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.lock_closure(%s)", [closure_id])
    return Closure.objects.filter(pk=closure_id).first()


def lock_agreed(by: User, closure_id: uuid.UUID, version: int) -> Closure:
    """What is agreed, locked, for who carries it out (handoff). Raises NotAllowed, Stale."""
    closure = lock_closure(closure_id)
    if closure is None or not writes_case(by, closure.team_id):
        raise NotAllowed(Permission.CASE_READ)
    if closure.version != version or ClosureState.CARRIED_OUT not in TRANSITIONS[ClosureState(closure.state)]:
        raise stale(closure.pk)
    return closure


def lock_opinion(opinion_id: uuid.UUID) -> Closure | None:
    """The closing of an opinion, locked; None if the actor does not see them. The opinion is read afterwards."""
    closure_id = Opinion.objects.filter(pk=opinion_id).values_list("closure", flat=True).first()
    return lock_closure(closure_id) if closure_id else None
