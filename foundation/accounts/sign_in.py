"""What allauth and axes ask about a sign-in: the name shown, the address tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from .models import User


def display_name(user: User) -> str:
    """What allauth calls a person in its pages and e-mails. ``str(user)`` holds no personal data and is for logs."""
    return user.name


def attempted_email(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """Whose account an attempt to sign in was for; axes counts failures under it.

    allauth names the credential ``email``, the form field ``login``. Without this axes finds no name and locks
    everybody behind the address for the mistakes of one.
    """
    given = (credentials or {}).get("email") or (request.POST.get("login") if request else None)
    return str(given or "").strip().lower()
