"""Claiming and marking notices: short transactions before and after the sending, which happens in none."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from foundation.journal.leases import Backoff

from .models import Notice

#: Covers one mail to the server and the transactions around it; a mail that was refused waits for its end.
LEASE = timedelta(minutes=2)
#: Seconds for all of the talk with the mail server, of which each step has the limit EMAIL_TIMEOUT.
LONGEST_MAIL = 60.0


#: For about a day, at most an hour apart: a mail server that is away overnight loses nothing.
RETRIES = Backoff.doubling(120, cap=3600, tries=28, jitter=0.2)


def claim_notice(*, now: datetime, event_id: int | None = None) -> Notice | None:
    """A notice that is due and that nobody else is sending now. A sender that dies lets it be claimed again."""
    waiting = Notice.objects.to_send(now)
    if event_id is not None:
        waiting = waiting.filter(event=event_id)
    waiting = waiting.select_related("recipient", "referral")
    while claimed := waiting.claim(LEASE, now=now, counts=True):
        if RETRIES.after(claimed[0].attempts - 1) is not None:
            return claimed[0]
        Notice.objects.release(claimed, gave_up_at=now)  # each of its senders has died
    return None


def mark_sent(*, notice_id: uuid.UUID, now: datetime) -> None:
    Notice.objects.filter(pk=notice_id, sent_at=None).update(sent_at=now, gave_up_at=None)


def not_sent(*, notice: Notice, now: datetime) -> None:
    """Plan the next try, or give up: an administrator sees it then."""
    waiting = Notice.objects.filter(sent_at=None)
    pause = RETRIES.after(notice.attempts)
    if pause is None:
        waiting.release([notice], gave_up_at=now)
    else:
        waiting.try_again(notice, pause, now=now)
