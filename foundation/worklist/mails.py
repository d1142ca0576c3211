"""The e-mails about due work: numbers and the way to Today, in the person's language. No kind, reference or name."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import User
from foundation.accounts.roles import Permission
from foundation.accounts.time_zones import as_read_by

from .absences import is_away
from .counts import due_today
from .models import MailChoice, MailKind, WorkMail
from .today import own, to_take


def choice_of(user: User) -> MailChoice:
    """The stored choice, or the default: each day; at once only outside the centre.

    Who works at the centre has Lotse open, and the page shows what is urgent at once; others open it when they are
    told.
    """
    stored = MailChoice.objects.filter(user=user).first()
    return stored or MailChoice(user=user, daily=True, urgent=user.centre is None)


def message_of(mail: WorkMail, now: datetime) -> EmailMessage | None:
    """None if it is not to be sent: not wanted, nothing due any more, account or role ended, or the person is away."""
    user = mail.user
    if not user.can_in_any(Permission.WORK_READ):  # nobody can with a closed account
        return None
    choice = choice_of(user)
    if is_away(user, now):
        return None
    with as_read_by(user):
        if mail.kind == MailKind.DAILY:
            return _of_the_day(mail, now) if choice.daily else None
        return _of_urgent(mail) if choice.urgent else None


def _of_the_day(mail: WorkMail, now: datetime) -> EmailMessage | None:
    """Of an earlier day it says nothing any more."""
    due = list(due_today(mail.user).values_list("due_at", flat=True))
    if mail.day != timezone.localdate(now) or not due:
        return None
    overdue = sum(at <= now for at in due)
    later = len(due) - overdue
    lines = []
    if overdue:
        lines.append(ngettext("%(number)s item is overdue.", "%(number)s items are overdue.", overdue))
        lines[-1] %= {"number": overdue}
    if later:
        lines.append(ngettext("%(number)s item is due today.", "%(number)s items are due today.", later))
        lines[-1] %= {"number": later}
    return _message(mail, _("Lotse: your work today"), lines)


def _of_urgent(mail: WorkMail) -> EmailMessage | None:
    number = (own(mail.user) | to_take(mail.user)).filter(is_urgent=True).count()
    if not number:
        return None
    line = ngettext("%(number)s urgent item waits for you.", "%(number)s urgent items wait for you.", number)
    return _message(mail, _("Lotse: something urgent"), [line % {"number": number}])


def _message(mail: WorkMail, subject: str, lines: list[str]) -> EmailMessage:
    base = settings.LOTSE_PUBLIC_BASE_URL
    choice = _("You choose here which e-mails you get: %(url)s") % {"url": base + reverse("worklist:mails")}
    text = "\n\n".join([" ".join(lines), base + reverse("worklist:today"), choice])
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    # The same Message-ID if it is sent again because the process died after sending: mail programs show it once.
    return EmailMessage(subject, text, None, [mail.user.email], headers={"Message-ID": f"<work-{mail.pk}@{domain}>"})
