"""Wakes a task later. Only for speed: if the broker loses the message, beat finds the due work a little later."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)
#: Longer delays are left to beat, because the broker would deliver the message repeatedly.
LONGEST = 60.0
#: Seconds by which the clock of the due time may be ahead of the database's.
MARGIN = 0.05


def wake_after(task: str, seconds: float = 0.0) -> None:
    """Wake ``task`` this number of seconds after the commit."""
    if seconds <= LONGEST:
        transaction.on_commit(partial(_wake, task, seconds))


def _wake(task: str, seconds: float) -> None:
    later = {"countdown": seconds + MARGIN} if seconds else {}
    try:
        current_app.send_task(task, retry=False, **later)
    except Exception as error:  # after any error: the commit is done, and beat will run the task
        log.warning("%s could not be woken for later: %s", task, type(error).__name__)
