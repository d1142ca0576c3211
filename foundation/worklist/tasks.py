"""The Celery tasks that run due steps, take work from people who are not there, and send e-mails about due work."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta

from celery import shared_task
from django.core.mail import EmailMessage
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.leases import Backoff
from foundation.privacy.time_limits import TASK_LASTS, within

from .absence_actions import end_past_absences, release
from .absences import missing
from .actions import due_steps, run_step
from .mail_actions import order_daily_mails, order_urgent_mails
from .mails import message_of
from .models import WorkMail

log = logging.getLogger(__name__)
#: Seconds for the whole SMTP session; each step of it has the limit EMAIL_TIMEOUT.
LONGEST_MAIL = 60.0
#: Longer than sending one e-mail and the transactions around it.
LEASE = timedelta(minutes=2)
#: For about a day, at most an hour apart; that of a day ends with it.
RETRIES = Backoff.doubling(60, cap=3600, tries=28, jitter=0.2)


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


@shared_task(name="worklist.tasks.send_mails")
def send_mails() -> None:
    """Order the e-mails that are due, and send those that wait. Beat calls it; a later call finds what was missed."""
    service = service_user(Service.DEADLINES)
    for order in (order_daily_mails, order_urgent_mails):
        with acting_as(service, purpose="work mails"):
            order(by=service, now=timezone.now())
    until = time.monotonic() + TASK_LASTS
    while time.monotonic() < until and _send_one(service):
        pass


def _send_one(service: User) -> bool:
    """False if none waits. What is not to be sent any more ends unsent."""
    with acting_as(service, purpose="work mails"):
        now = timezone.now()
        waiting = WorkMail.objects.to_send(now).select_related("user")
        mail = next(iter(waiting.claim(LEASE, now=now, counts=True)), None)
        if mail is None:
            return False
        message = message_of(mail, now) if RETRIES.after(mail.attempts - 1) is not None else None
        if message is None:  # or every attempt ended with the death of its sender
            # Here, so that something urgent that comes meanwhile orders another one.
            WorkMail.objects.release([mail], ended_at=now)
            return True
    is_sent = _is_sent(message, mail)
    with acting_as(service, purpose="work mails"):
        now, pause = timezone.now(), RETRIES.after(mail.attempts)
        if is_sent:
            WorkMail.objects.release([mail], ended_at=now, sent_at=now)
        elif pause is None:
            WorkMail.objects.release([mail], ended_at=now)
        else:
            WorkMail.objects.try_again(mail, pause, now=now)
    return True


def _is_sent(message: EmailMessage, mail: WorkMail) -> bool:
    try:
        within(LONGEST_MAIL, message.send)
    except Exception as error:
        log.warning("work mail %s was not sent, it is tried again: %s", mail.pk, type(error).__name__)
        return False
    return True
