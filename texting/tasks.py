from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from accounts.services import Service, service_user
from hotline import telephony
from hotline.telephony import Later, TelephonyError
from privacy.context import acting_as
from switchboard import intake
from switchboard.spoken import address

from .actions import WHATSAPP, claim_messages, deliver, not_taken, taken_by_provider
from .models import TextMessage
from .states import MessageChannel

log = logging.getLogger(__name__)
TRIED_FOR = timedelta(days=1)


@shared_task(name="texting.tasks.send_messages")
def send_messages(event_id: int | None = None) -> None:
    """Hand what waits to the provider. Woken by the relay, and by beat for what was left lying."""
    service = service_user(Service.TELEPHONE)
    with acting_as(service, purpose="messages"):
        claimed = claim_messages(by=service, now=timezone.now())
        parts = [(message, _parts(message)) for message in claimed]
    for message, said in parts:
        _send(service, message, said)


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
