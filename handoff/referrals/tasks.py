"""Celery tasks that fire deadlines and mail notices."""

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
from foundation.journal.time_limits import TASK_LASTS, within
from foundation.privacy.context import acting_as

from .consent_watch import tell_of_ended_consent
from .deadline_actions import due_deadlines, run_deadline
from .models import Notice
from .notices import LONGEST_MAIL, claim_notice, mark_sent, not_sent

log = logging.getLogger(__name__)


@shared_task(name="handoff.tasks.run_deadlines")
def run_deadlines() -> None:
    """Every deadline that is due, each in its own transaction. Beat calls it; the next call makes a missed one good."""
    service = service_user(Service.DEADLINES)
    now = timezone.now()
    with acting_as(service, purpose="deadlines"):
        due = due_deadlines(now)
    for deadline_id in due:
        try:
            with acting_as(service, purpose="deadlines"):
                run_deadline(by=service, deadline_id=deadline_id, now=now)
        except Exception:  # the others are run all the same; this one stays due and is tried at the next sweep
            log.exception("deadline %s could not be run", deadline_id)
    with acting_as(service, purpose="deadlines"):
        tell_of_ended_consent(by=service, now=now)


@shared_task(name="handoff.tasks.send_notices")
def send_notices(event_id: int | None = None) -> None:
    """Send what has not been sent yet. Woken by the relay with an event's id, and by beat for what was left lying."""
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
    """A failing mail server loses nothing: the notice stays unsent and is tried again later."""
    try:
        _send(notice)
    except Exception:
        log.warning("notice %s was not sent, it is tried again", notice.pk, exc_info=True)
        return False
    return True


def _send(notice: Notice) -> None:
    """An e-mail that names the reference and the place to look, and nothing of what it is about."""
    with as_read_by(notice.recipient):
        subject = _("Lotse: %(reference)s needs your attention") % {"reference": notice.referral.reference}
        body = _("There is news about %(reference)s. Please sign in to see it: %(url)s") % {
            "reference": notice.referral.reference,
            "url": settings.LOTSE_PUBLIC_BASE_URL,
        }
    # Sent again, after a death right behind the sending, it is the same mail: servers and programs show it once.
    headers = {"Message-ID": f"<notice-{notice.pk}@{_domain()}>"}
    message = EmailMessage(subject, body, None, [notice.recipient.email], headers=headers)
    within(LONGEST_MAIL, message.send)


def _domain() -> str:
    """Of the sender's address."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
