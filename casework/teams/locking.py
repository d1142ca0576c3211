"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid

from .models import Member


def lock_member(member_id: uuid.UUID) -> None:
    """Lock a member before a step of the worklist."""
    Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
