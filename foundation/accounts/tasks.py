"""Celery tasks that mail one-time links, and end what nobody used or confirmed in time."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from email.utils import parseaddr

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.privacy.context import acting_as
from foundation.privacy.leases import Backoff
from foundation.privacy.time_limits import TASK_LASTS, within

from .models import LinkPurpose, OneTimeLink
from .one_time_links import path_of
from .role_proposals import expire
from .services import Service, service_user
from .time_zones import as_read_by

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
    """Mail the links that wait. The relay calls it after an event; beat calls it for those that were missed."""
    service = service_user(Service.SIGN_IN)
    until = time.monotonic() + TASK_LASTS
    while time.monotonic() < until:
        with acting_as(service, purpose="links"):
            claimed = _claim(timezone.now())
        if claimed is None:
            return
        is_sent = _is_sent(claimed)
        with acting_as(service, purpose="links"):
            _settle(claimed, timezone.now(), is_sent=is_sent)


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


def _is_sent(link: OneTimeLink) -> bool:
    """If the mail server fails, it stays unsent and is tried again. The log must not hold the link."""
    try:
        within(LONGEST_MAIL, _message(link).send)
    except Exception as error:
        log.warning("one-time link %s was not mailed, it is tried again: %s", link.pk, type(error).__name__)
        return False
    return True


def _message(link: OneTimeLink) -> EmailMessage:
    """In the person's language. It says neither their name nor a role."""
    with as_read_by(link.user):
        words = {
            "centre": link.centre.name if link.centre else "Lotse",
            "url": settings.LOTSE_PUBLIC_BASE_URL + path_of(link),
            "until": date_format(timezone.localtime(link.expires_at), "DATETIME_FORMAT"),
        }
        if link.purpose == LinkPurpose.INVITATION:
            subject = _("Lotse: your invitation")
            text = _(
                "%(centre)s invites you to Lotse. Choose your password here; the link works once, until %(until)s:\n\n"
                "%(url)s\n\n"
                "Do not pass this e-mail on. If you do not know what it is about, delete it."
            )
        else:
            subject = _("Lotse: choose a new password")
            text = _(
                "An administrator of %(centre)s has asked for a new password for your account; the old one no longer "
                "works. Choose one here; the link works once, until %(until)s:\n\n"
                "%(url)s\n\n"
                "If you did not ask for this, tell your administrator or data protection officer."
            )
    # The same Message-ID if it is sent again because the process died after sending: mail programs show it once.
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<link-{link.pk}@{domain}>"}
    return EmailMessage(subject, text % words, None, [link.user.email], headers=headers)
