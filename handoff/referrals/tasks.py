"""Celery tasks that watch consent and send notices."""

from __future__ import annotations

import logging
import time
from email.utils import parseaddr

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.services import Service, service_user
from foundation.accounts.time_zones import as_read_by
from foundation.privacy.context import acting_as
from foundation.privacy.time_limits import TASK_LASTS, within

from .consent_watch import tell_of_ended_consent
from .models import Notice
from .notices import LONGEST_MAIL, claim_notice, mark_sent, not_sent

log = logging.getLogger(__name__)


@shared_task(name="handoff.tasks.watch_consent")
def watch_consent() -> None:
    """Notify the centre of consent that has ended. Beat calls it; a later call also finds what was missed."""
    service = service_user(Service.DEADLINES)
    with acting_as(service, purpose="deadlines"):
        tell_of_ended_consent(by=service, now=timezone.now())


@shared_task(name="handoff.tasks.send_notices")
def send_notices(event_id: int | None = None) -> None:
    """Send unsent notices. The relay calls it with an event's id; beat calls it for those that were missed."""
    service = service_user(Service.DEADLINES)
    until = time.monotonic() + TASK_LASTS
    while time.monotonic() < until:
        with acting_as(service, purpose="notices"):
            notice = claim_notice(now=timezone.now(), event_id=event_id)
        if notice is None:
            return
        is_sent = _is_sent(notice)
        with acting_as(service, purpose="notices"):
            if is_sent:
                mark_sent(notice_id=notice.pk, now=timezone.now())
            else:
                not_sent(notice=notice, now=timezone.now())


def _is_sent(notice: Notice) -> bool:
    """Send one notice. If the mail server fails, it stays unsent and is retried later."""
    try:
        _send(notice)
    except Exception:
        log.warning("notice %s was not sent, it is tried again", notice.pk, exc_info=True)
        return False
    return True


def _send(notice: Notice) -> None:
    """Send an e-mail with the reference and a link, without any content of the referral."""
    with as_read_by(notice.recipient):
        subject = _("Lotse: %(reference)s needs your attention") % {"reference": notice.referral.reference}
        body = _("There is news about %(reference)s. Please sign in to see it: %(url)s") % {
            "reference": notice.referral.reference,
            "url": settings.LOTSE_PUBLIC_BASE_URL,
        }
    # The same Message-ID if it is sent again because the process died after sending: mail programs show it once.
    headers = {"Message-ID": f"<notice-{notice.pk}@{_domain()}>"}
    message = EmailMessage(subject, body, None, [notice.recipient.email], headers=headers)
    within(LONGEST_MAIL, message.send)


def _domain() -> str:
    """The domain of the sender's address."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
