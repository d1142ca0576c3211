"""Claims notices and marks them as sent, in short transactions; the e-mail is sent outside of any transaction."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from foundation.privacy.leases import Backoff

from .models import Notice

#: Longer than sending one e-mail and the transactions around it; a refused e-mail is not claimed before it ends.
LEASE = timedelta(minutes=2)
#: Seconds for the whole SMTP session; each step of it has the limit EMAIL_TIMEOUT.
LONGEST_MAIL = 60.0


#: Retries for about a day, at most an hour apart, so that a mail server may be down overnight.
RETRIES = Backoff.doubling(120, cap=3600, tries=28, jitter=0.2)


def claim_notice(*, now: datetime, event_id: int | None = None) -> Notice | None:
    """Claim a due notice that no other sender has leased. If its sender dies, it can be claimed after the lease."""
    waiting = Notice.objects.to_send(now)
    if event_id is not None:
        waiting = waiting.filter(event=event_id)
    waiting = waiting.select_related("recipient", "referral")
    while claimed := waiting.claim(LEASE, now=now, counts=True):
        if RETRIES.after(claimed[0].attempts - 1) is not None:
            return claimed[0]
        Notice.objects.release(claimed, gave_up_at=now)  # every attempt ended with the death of its sender
    return None


def mark_sent(*, notice_id: uuid.UUID, now: datetime) -> None:
    Notice.objects.filter(pk=notice_id, sent_at=None).update(sent_at=now, gave_up_at=None)


def not_sent(*, notice: Notice, now: datetime) -> None:
    """Schedule the next attempt, or give up, so that administrators see the notice."""
    waiting = Notice.objects.filter(sent_at=None)
    pause = RETRIES.after(notice.attempts)
    if pause is None:
        waiting.release([notice], gave_up_at=now)
    else:
        waiting.try_again(notice, pause, now=now)
