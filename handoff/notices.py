"""Claiming and marking notices: short transactions before and after the sending, which happens in none."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Q

from .models import Notice

BATCH = 50


def claim_notices(*, now: datetime, lease: timedelta, event_id: int | None = None) -> list[Notice]:
    """Unsent notices nobody else is sending now. A sender that dies lets them be claimed again after the lease."""
    free = Notice.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), sent_at=None)
    if event_id is not None:
        free = free.filter(event=event_id)
    ids = list(
        free.select_for_update(no_key=True, skip_locked=True).order_by("pk").values_list("pk", flat=True)[:BATCH]
    )
    Notice.objects.filter(pk__in=ids).update(claimed_until=now + lease)
    return list(Notice.objects.filter(pk__in=ids).select_related("recipient", "referral"))


def mark_sent(*, notice_id: uuid.UUID, now: datetime) -> None:
    Notice.objects.filter(pk=notice_id, sent_at=None).update(sent_at=now)
