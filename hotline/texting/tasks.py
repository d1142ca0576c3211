"""Celery tasks that send waiting messages, and retry incoming ones that failed."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from functools import partial
from threading import BoundedSemaphore

from celery import shared_task
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.time_limits import TASK_LASTS
from foundation.privacy.unshown import read_or
from hotline.switchboard import intake
from hotline.switchboard.prompts import address
from hotline.telephony import provider
from hotline.telephony.provider import Later, TelephonyError, Unclear

from . import sending
from .actions import WHATSAPP, deliver
from .models import TextMessage
from .states import MessageChannel

log = logging.getLogger(__name__)
TRIED_FOR = timedelta(days=1)
NOTHING: dict[str, str] = {}  # for a message that cannot be decrypted
#: Messages may wait, callers may not: at most this number of the telephone's threads send messages.
SENDING = BoundedSemaphore(4)


@shared_task(name="texting.tasks.send_messages")
def send_messages(event_id: int | None = None) -> None:
    """Send waiting messages. Called by the relay, at the time of a retry, and by beat for missed ones.

    A thread continues until nothing is due, so that others need not wait for a slot.
    """
    if not SENDING.acquire(blocking=False):
        return
    try:
        service = service_user(Service.TELEPHONE)
        until = time.monotonic() + TASK_LASTS
        while time.monotonic() < until and _send_next(service):
            pass
    finally:
        SENDING.release()


def _send_next(service: User) -> bool:
    """Make one request to the provider: send a message, or look one up. Returns False if nothing is due."""
    with acting_as(service, purpose="messages"):
        message = sending.claim_message(by=service, now=timezone.now())
        said = read_or(message, partial(_parts, message), NOTHING) if message else NOTHING
        if message and not said:
            sending.not_readable(by=service, message=message)
    if message and not said:
        return True
    if message and message.asked_at:
        _look_for(service, message, said)
    elif message:
        _send(service, message, said)
    return message is not None


@shared_task(name="texting.tasks.take_up")
def take_up() -> None:
    """Retry incoming messages that could not be processed, for a day."""
    service = service_user(Service.TELEPHONE)
    with acting_as(service, purpose="messages"):
        waiting = intake.unprocessed("message", since=timezone.now() - TRIED_FOR)
    for row in waiting:
        try:
            with acting_as(service, purpose="messages"):
                deliver(by=service, event=intake.told(row))
                intake.processed(row)
        except Exception:  # continue with the next one
            log.exception("message %s still cannot be taken in", row.pk)


def _parts(message: TextMessage) -> dict[str, str]:
    prefix = WHATSAPP if message.channel == MessageChannel.WHATSAPP else ""
    return {
        "to": prefix + message.phone,
        "from_": prefix + str(message.line.number),
        "text": message.body,
        "status_url": address("message_status", message.pk, room="texting"),
    }


def _send(service: User, message: TextMessage, said: dict[str, str]) -> None:
    try:
        sid = provider.send_message(**said)
    except Unclear as problem:
        with acting_as(service, purpose="messages"):
            sending.unclear(by=service, message=message, problem=problem.code, now=timezone.now())
    except TelephonyError as problem:
        later = isinstance(problem, Later)
        with acting_as(service, purpose="messages"):
            sending.not_taken(
                by=service, message=message, problem=problem.code, may_work_later=later, now=timezone.now()
            )
    else:
        with acting_as(service, purpose="messages"):
            sending.taken_by_provider(by=service, message=message, sid=sid)


def _look_for(service: User, message: TextMessage, said: dict[str, str]) -> None:
    """Look up whether the provider has the message."""
    since = message.asked_at or message.made_at
    try:
        found = provider.messages_to(to=said["to"], from_=said["from_"], since=since)
    except TelephonyError as problem:
        later = isinstance(problem, Later)
        with acting_as(service, purpose="messages"):
            sending.not_looked_up(
                by=service, message=message, problem=problem.code, may_work_later=later, now=timezone.now()
            )
        return
    with acting_as(service, purpose="messages"):
        sending.looked_for(by=service, message=message, text=said["text"], found=found, now=timezone.now())
