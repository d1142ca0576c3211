"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission

from .models import Action, Case
from .permissions import may_write


def lock_case_to_write(by: User, case_id: uuid.UUID) -> Case:
    """The case, locked until the end of the transaction. Raises NotAllowed for who may not change it."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if case is None or not may_write(by, case):
        raise NotAllowed(Permission.CASE_READ)
    return case


def lock_action(action_id: uuid.UUID) -> None:
    """Lock an action before a step of the worklist."""
    Action.objects.select_for_update(no_key=True).filter(pk=action_id).first()
