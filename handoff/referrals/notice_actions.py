"""Actions of administrators on notices that could not be sent."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import centre_with, require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.wake import wake_after

from .events import NOTICE_RETRIED
from .models import Notice

TASK = "handoff.tasks.send_notices"


@transaction.atomic
def retry_notice(*, by: User, notice_id: uuid.UUID) -> bool:
    """Queue a dead notice again, with all of its attempts. Returns False, without effect, if it is not dead.

    Raises NotAllowed.
    """
    require(by, Permission.USERS_MANAGE)
    given_up = Notice.objects.given_up().filter(pk=notice_id)
    if not given_up.order_by().update(gave_up_at=None, attempts=0, due_at=timezone.now()):
        return False
    centre = centre_with(by, Permission.USERS_MANAGE)
    record(NOTICE_RETRIED, by=by, subject=notice_id, centre=centre.pk if centre else None)
    wake_after(TASK)
    return True
