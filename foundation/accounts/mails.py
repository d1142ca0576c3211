"""The e-mails to the people who work here, in their language: one-time links and notices. No name, no role, no case."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import OneTimeLink, StaffNotice, User
from .one_time_links import path_of
from .time_zones import as_read_by
from .vocabulary import LinkPurpose, NoticeKind


def link_message(link: OneTimeLink) -> EmailMessage:
    """To the account's address, or to the new one that is to be confirmed.

    If another account has that one, its person is told, without a link; nobody else learns of it.
    """
    email = link.email or link.user.email
    owner = User.objects.filter(email__iexact=link.email, service="").exclude(pk=link.user_id).first()
    with as_read_by(owner or link.user):
        words = {
            "centre": link.centre.name if link.centre else "Lotse",
            "until": date_format(timezone.localtime(link.expires_at), "DATETIME_FORMAT"),
        }
        if not owner:
            words["url"] = settings.LOTSE_PUBLIC_BASE_URL + path_of(link)
        subject, text = _of_taken_address() if owner else LINK_TEXTS[LinkPurpose(link.purpose)]()
        # The same Message-ID if it is sent again because the process died after sending: mail programs show it once.
        return _message(f"link-{link.pk}", subject, text % words, email)


def notice_message(notice: StaffNotice) -> EmailMessage:
    """In the person's language, to the address that the notice names or else to the present one."""
    with as_read_by(notice.user):
        subject, text, page = NOTICE_TEXTS[NoticeKind(notice.kind)]()
        words = {"url": settings.LOTSE_PUBLIC_BASE_URL + reverse(page)}
        return _message(f"notice-{notice.pk}", subject, text % words, notice.email or notice.user.email)


def _message(key: str, subject: str, text: str, email: str) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(subject, text, None, [email], headers={"Message-ID": f"<{key}@{domain}>"})


def _of_invitation() -> tuple[str, str]:
    return _("Lotse: your invitation"), _(
        "%(centre)s invites you to Lotse. Choose your password here; the link works once, until %(until)s:\n\n"
        "%(url)s\n\n"
        "Do not pass this e-mail on. If you do not know what it is about, delete it."
    )


def _of_password() -> tuple[str, str]:
    return _("Lotse: choose a new password"), _(
        "An administrator of %(centre)s has asked for a new password for your account; the old one no longer "
        "works. Choose one here; the link works once, until %(until)s:\n\n"
        "%(url)s\n\n"
        "If you did not ask for this, tell your administrator or data protection officer."
    )


def _of_address() -> tuple[str, str]:
    return _("Lotse: confirm your new address"), _(
        "You have asked to use this address for your account. Open this link, sign in, and confirm it; the link works "
        "once, until %(until)s:\n\n"
        "%(url)s\n\n"
        "If you do not know what this is about, delete it: nothing changes."
    )


def _of_taken_address() -> tuple[str, str]:
    return _("Lotse: somebody wanted to use your address"), _(
        "Somebody has asked to use this address for another account. It stays with yours, and nothing was changed. If "
        "that was you, you have two accounts: ask your administrator to close one."
    )


def _of_address_asked() -> tuple[str, str, str]:
    subject = _("Lotse: a new address was asked for")
    text = _(
        "Somebody who is signed in to your account has asked to use another address for it. It counts once it is "
        "confirmed from the new mailbox.\n\n"
        "If that was you, there is nothing to do. If not, sign in at once, withdraw the change, end the other sessions "
        "and change your password:\n\n"
        "%(url)s\n\n"
        "Then tell your administrator or data protection officer."
    )
    return subject, text, "accounts:sessions"


def _of_address_changed() -> tuple[str, str, str]:
    subject = _("Lotse: your address has changed")
    text = _(
        "Your account has another address from now on. You sign in with that one, and e-mails go there:\n\n"
        "%(url)s\n\n"
        "If you did not expect this, tell your administrator or data protection officer at once."
    )
    return subject, text, "account_login"


def _of_role() -> tuple[str, str, str]:
    subject = _("Lotse: a role waits for a second person")
    text = _("A role was proposed for somebody. You can confirm or decline it:\n\n%(url)s")
    return subject, text, "accounts:role_proposals"


def _of_erasure() -> tuple[str, str, str]:
    subject = _("Lotse: dossiers are due to be erased")
    text = _(
        "The time for which dossiers are kept is nearly over. Look which ones, and keep what has to stay:\n\n%(url)s"
    )
    return subject, text, "retention:erasures"


LINK_TEXTS = {
    LinkPurpose.INVITATION: _of_invitation,
    LinkPurpose.PASSWORD: _of_password,
    LinkPurpose.ADDRESS: _of_address,
}
NOTICE_TEXTS = {
    NoticeKind.ADDRESS_ASKED: _of_address_asked,
    NoticeKind.ADDRESS_CHANGED: _of_address_changed,
    NoticeKind.ROLE_WAITS: _of_role,
    NoticeKind.ERASURE_WAITS: _of_erasure,
}
