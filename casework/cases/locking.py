"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid

from .models import Action


def lock_action(action_id: uuid.UUID) -> None:
    """Lock an action before a step of the worklist."""
    Action.objects.select_for_update(no_key=True).filter(pk=action_id).first()
