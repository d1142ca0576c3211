from __future__ import annotations

import logging
from datetime import timedelta
from threading import BoundedSemaphore

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from accounts.services import Service, service_user
from hotline import telephony
from hotline.telephony import Later, TelephonyError
from privacy.context import acting_as
from switchboard import intake
from switchboard.spoken import address

from .actions import WHATSAPP, claim_message, deliver, not_taken, taken_by_provider
from .models import TextMessage
from .states import MessageChannel

log = logging.getLogger(__name__)
TRIED_FOR = timedelta(days=1)
MOST_ROUNDS = 50
#: Messages may wait a little, callers may not: of the telephone's threads, so many at most send messages.
SENDING = BoundedSemaphore(4)


@shared_task(name="texting.tasks.send_messages")
def send_messages(event_id: int | None = None) -> None:
    """Hand what waits to the provider. Woken by the relay, by the time of a retry, and by beat for what was left lying.

    Whoever sends goes on while there is more, so that nobody need wait for a place to do the same.
    """
    if not SENDING.acquire(blocking=False):
        return
    try:
        service = service_user(Service.TELEPHONE)
        for _round in range(MOST_ROUNDS):
            with acting_as(service, purpose="messages"):
                message = claim_message(by=service, now=timezone.now())
                said = _parts(message) if message else {}
            if message is None:
                return
            _send(service, message, said)
    finally:
        SENDING.release()


@shared_task(name="texting.tasks.take_up")
def take_up() -> None:
    """What somebody wrote is not lost because it could not be taken in when it came: for a day it is tried again."""
    service = service_user(Service.TELEPHONE)
    with acting_as(service, purpose="messages"):
        waiting = intake.unprocessed("message", since=timezone.now() - TRIED_FOR)
    for row in waiting:
        try:
            with acting_as(service, purpose="messages"):
                deliver(by=service, event=intake.told(row))
                intake.processed(row)
        except Exception:  # the next one may well be taken in
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
        sid = telephony.send_message(**said)
    except TelephonyError as problem:
        with acting_as(service, purpose="messages"):
            not_taken(
                by=service,
                message=message,
                problem=problem.code,
                may_work_later=isinstance(problem, Later),
                now=timezone.now(),
            )
    else:
        with acting_as(service, purpose="messages"):
            taken_by_provider(by=service, message=message, sid=sid)
