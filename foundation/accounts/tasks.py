"""Celery tasks that mail one-time links and notices, and end what nobody used or confirmed in time."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from celery import shared_task
from django.core.mail import EmailMessage
from django.utils import timezone

from foundation.privacy.context import acting_as
from foundation.privacy.leases import Backoff
from foundation.privacy.time_limits import TASK_LASTS, within

from .mails import link_message, notice_message
from .models import OneTimeLink, StaffNotice, User
from .role_proposals import expire, to_confirm
from .services import Service, service_user
from .vocabulary import NoticeKind

log = logging.getLogger(__name__)
#: Seconds for the whole SMTP session; each step of it has the limit EMAIL_TIMEOUT.
LONGEST_MAIL = 60.0
#: Longer than sending one e-mail and the transactions around it.
LEASE = timedelta(minutes=2)
#: For about a day, at most an hour apart; then the person's page says that it could not be sent.
RETRIES = Backoff.doubling(60, cap=3600, tries=28, jitter=0.2)


@shared_task(name="accounts.tasks.expire")
def expire_open_ones() -> None:
    """Beat calls it."""
    service = service_user(Service.SIGN_IN)
    with acting_as(service, purpose="expiry"):
        expire(by=service)


@shared_task(name="accounts.tasks.send_links")
def send_links(_event_id: int | None = None) -> None:
    """Mail the links and notices that wait. The relay calls it after an event; beat calls it for those missed."""
    service = service_user(Service.SIGN_IN)
    until = time.monotonic() + TASK_LASTS
    for send_one in (_send_link, _send_notice):
        while time.monotonic() < until and send_one(service):
            pass


def _send_link(service: User) -> bool:
    """False if none waits."""
    with acting_as(service, purpose="links"):
        claimed = _claim(timezone.now())
        message = link_message(claimed) if claimed else None
    if claimed is None or message is None:
        return False
    is_sent = _is_sent(message, f"one-time link {claimed.pk}")
    with acting_as(service, purpose="links"):
        _settle(claimed, timezone.now(), is_sent=is_sent)
    return True


def _send_notice(service: User) -> bool:
    """False if none waits. A notice is deleted when it is sent, or when nothing waits any more."""
    with acting_as(service, purpose="notices"):
        now = timezone.now()
        waiting = StaffNotice.objects.to_send(now).select_related("user")
        claimed = next(iter(waiting.claim(LEASE, now=now, counts=True)), None)
        if claimed is None:
            return False
        is_wanted = _is_wanted(claimed)
        message = notice_message(claimed)
    is_sent = not is_wanted or _is_sent(message, f"notice {claimed.pk}")
    with acting_as(service, purpose="notices"):
        pause = RETRIES.after(claimed.attempts)
        if is_sent or pause is None:
            StaffNotice.objects.held([claimed]).delete()
        else:
            StaffNotice.objects.try_again(claimed, pause, now=timezone.now())
    if not is_sent and pause is None:
        log.error("notice %s was given up: the mail server has not taken it", claimed.pk)
    return True


def _is_wanted(notice: StaffNotice) -> bool:
    """A role may have been decided on meanwhile, and an account closed."""
    is_over = notice.kind == NoticeKind.ROLE_WAITS and not to_confirm(notice.user).exists()
    return bool(notice.email) or (notice.user.is_active and not is_over)


def _claim(now: datetime) -> OneTimeLink | None:
    """A due link that no other sender has leased. If its sender dies, it can be claimed after the lease."""
    while (
        claimed := OneTimeLink.objects.to_send(now).select_related("user", "centre").claim(LEASE, now=now, counts=True)
    ):
        if RETRIES.after(claimed[0].attempts - 1) is not None:
            return claimed[0]
        OneTimeLink.objects.release(claimed, gave_up_at=now)  # every attempt ended with the death of its sender
    return None


def _settle(link: OneTimeLink, now: datetime, *, is_sent: bool) -> None:
    pause = RETRIES.after(link.attempts)
    if is_sent:
        OneTimeLink.objects.filter(pk=link.pk, sent_at=None).update(sent_at=now, claimed_until=None)
    elif pause is None:
        OneTimeLink.objects.release([link], gave_up_at=now)
    else:
        OneTimeLink.objects.try_again(link, pause, now=now)


def _is_sent(message: EmailMessage, what: str) -> bool:
    """If the mail server fails, it stays unsent and is tried again. The log must not hold a link or an address."""
    try:
        within(LONGEST_MAIL, message.send)
    except Exception as error:
        log.warning("%s was not mailed, it is tried again: %s", what, type(error).__name__)
        return False
    return True
