"""The Celery tasks that run due steps, and take work from people who are not there."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .absence_actions import end_past_absences, release
from .absences import missing
from .actions import due_steps, run_step

log = logging.getLogger(__name__)


@shared_task(name="worklist.tasks.run_steps")
def run_steps() -> None:
    """Run every due step, each in its own transaction. Beat calls it; a later call also runs missed ones."""
    service = service_user(Service.DEADLINES)
    now = timezone.now()
    with acting_as(service, purpose="deadlines"):
        due = due_steps(now)
    for item_id in due:
        try:
            _run_all_of(item_id, service, now)
        except Exception:  # run the others; this one stays due and is retried by the next call
            log.exception("the step of work item %s could not be run", item_id)


def _run_all_of(item_id: uuid.UUID, service: User, now: datetime) -> None:
    """After a long interruption several steps of one item are due."""
    is_due = True
    while is_due:
        with acting_as(service, purpose="deadlines"):
            is_due = run_step(by=service, item_id=item_id, now=now)


@shared_task(name="worklist.tasks.release_work")
def release_work() -> None:
    """Take the work of everybody who is not there, each item in its own transaction. A later call continues."""
    service = service_user(Service.DEADLINES)
    now = timezone.now()
    with acting_as(service, purpose="absences"):
        end_past_absences(by=service, now=now)
        found = [(one, list(one.items(now).values_list("pk", flat=True))) for one in missing(now)]
    for absent, items in found:
        for item_id in items:
            try:
                with acting_as(service, purpose="absences"):
                    release(by=service, item_id=item_id, missing=absent)
            except Exception:  # take the others; this one stays and is retried by the next call
                log.exception("work item %s could not be taken from who is away", item_id)
