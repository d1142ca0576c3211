"""Waking a task at a later time. Only a hint: the broker may lose it, and beat finds what is due a little later."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)
#: Longer waits are left to beat, which is as good then: the broker would hand them out again and again.
LONGEST = 60.0
#: The time that is due was taken from a clock that may be a little ahead of the database's.
MARGIN = 0.05


def wake_after(task: str, seconds: float = 0.0) -> None:
    """Wake ``task`` so many seconds after the transaction has committed."""
    if seconds <= LONGEST:
        transaction.on_commit(partial(_wake, task, seconds))


def _wake(task: str, seconds: float) -> None:
    later = {"countdown": seconds + MARGIN} if seconds else {}
    try:
        current_app.send_task(task, retry=False, **later)
    except Exception as error:  # whatever it is: what has been committed stands, and beat comes by
        log.warning("%s could not be woken for later: %s", task, type(error).__name__)
