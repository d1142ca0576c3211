"""The one sweep over all that is due: what happens while nobody does the work."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.module_loading import import_string

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service

from .kinds import ESCALATE, all_kinds
from .models import WorkItem

AT_ONCE = 100


def due_steps(now: datetime, limit: int = AT_ONCE) -> list[uuid.UUID]:
    """Ids of items whose next step is due, the oldest first."""
    return list(WorkItem.objects.with_next_step(now).values_list("pk", flat=True)[:limit])


@transaction.atomic
def run_step(*, by: User, item_id: uuid.UUID, now: datetime) -> bool:
    """Carry out the next step of an item, once. Work that was done, or given new times, meanwhile is left alone.

    Returns whether a step was carried out: the next one may be due too.
    """
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    item = WorkItem.objects.with_next_step(now).filter(pk=item_id).first()
    if item is None:
        return False
    kind = all_kinds()[item.kind]
    import_string(kind.lock)(item.subject)
    step = kind.steps[item.steps_done]
    later = item.steps_at[item.steps_done + 1 :]
    unchanged = WorkItem.objects.filter(pk=item_id, steps_done=item.steps_done, steps_at=item.steps_at)
    is_escalated = item.is_escalated or step == ESCALATE
    if not unchanged.update(
        steps_done=item.steps_done + 1, next_at=later[0] if later else None, is_escalated=is_escalated
    ):
        return False
    import_string(kind.run)(by=by, subject=item.subject, step=step, now=now)
    return True
