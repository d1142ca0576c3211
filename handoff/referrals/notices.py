"""Claiming and marking notices: short transactions before and after the sending, which happens in none."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Q

from .models import Notice

#: Covers one mail to the server and the transactions around it; a mail that was refused waits for its end.
LEASE = timedelta(minutes=2)
#: Seconds for all of the talk with the mail server, of which each step has the limit EMAIL_TIMEOUT.
LONGEST_MAIL = 60.0


def claim_notice(*, now: datetime, event_id: int | None = None) -> Notice | None:
    """An unsent notice that nobody else is sending now. A sender that dies lets it be claimed again after the lease."""
    free = Notice.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), sent_at=None)
    if event_id is not None:
        free = free.filter(event=event_id)
    locked = free.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("pk")
    notice = locked.select_related("recipient", "referral").first()
    if notice:
        Notice.objects.filter(pk=notice.pk).update(claimed_until=now + LEASE)
    return notice


def mark_sent(*, notice_id: uuid.UUID, now: datetime) -> None:
    Notice.objects.filter(pk=notice_id, sent_at=None).update(sent_at=now)
