from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from .models import User


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; services never sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: object) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        return None if user is None or user.service else user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it is for, whoever asked for it in whatever language."""
        recipient = User.objects.filter(email__iexact=email, service="").first()
        language = recipient.language if recipient else translation.get_language()
        with translation.override(language or settings.LANGUAGE_CODE):
            super().send_mail(template_prefix, email, context)
