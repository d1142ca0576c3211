"""allauth's adapter, without self-registration."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from foundation.privacy.context import acting_as, is_acting

from . import kept_form
from .client_address import client_address
from .models import User
from .second_factor import proofs, used_recovery_code
from .second_factor_actions import recovery_code_used
from .session_actions import password_changed
from .time_zones import as_read_by

logger = logging.getLogger(__name__)


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Only administrators create accounts; service users cannot sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: object) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        return None if user is None or user.service else user

    def set_password(self, user: User, password: str) -> None:
        """A change under one's own account, or by the e-mail for a forgotten password: nobody acts in that case."""
        if is_acting():
            super().set_password(user, password)
            password_changed(by=user, session_key=self.request.session.session_key or "")
        else:
            with acting_as(user, purpose="password"):
                super().set_password(user, password)
                password_changed(by=user, session_key="")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and address: a stranger's wrong passwords slow down nobody else."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{client_address(request)}"

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """After the last step of signing in. Whoever needed a recovery code is led to their factors first."""
        response: HttpResponse = super().post_login(request, user, **how)
        request.session["signed_in_for"] = urlsplit(response.headers.get("Location", "")).path
        if not used_recovery_code(request.session, user):
            return response
        with acting_as(user, purpose="sign-in"):
            recovery_code_used(by=user)
        self.send_notification_mail("mfa/email/recovery_code_used", user)
        words = _("You have signed in with a recovery code. If your device is lost, remove it here and add a new one.")
        messages.warning(request, words)
        return response if kept_form.KEY in request.session else redirect("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not shortly after signing in, and not in a demonstration, whose passwords everybody knows."""
        session: Any = self.request.session
        shown = proofs(session, self.request.user)
        is_recent = bool(shown) and time.time() - shown[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not is_recent and not session.is_demonstration

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """What it tells of has happened already, so a mail server that does not answer is no reason to fail."""
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except (SMTPException, OSError) as error:
            logger.error("%s was not sent to user %s: %s", template_prefix, user.pk, type(error).__name__)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the e-mail in the recipient's language and time zone."""
        recipient = User.objects.filter(email__iexact=email, service="").first()
        if recipient is None and template_prefix == "account/email/password_reset_key":
            return  # a further address, from when one's own could be added: it proves nothing
        with as_read_by(recipient) if recipient else nullcontext():
            super().send_mail(template_prefix, email, context)
