"""allauth's adapter, without self-registration."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from .models import User
from .time_zones import as_read_by


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Only administrators create accounts; service users cannot sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: object) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        return None if user is None or user.service else user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the e-mail in the recipient's language and time zone."""
        recipient = User.objects.filter(email__iexact=email, service="").first()
        with as_read_by(recipient) if recipient else nullcontext():
            super().send_mail(template_prefix, email, context)
