"""Callbacks of allauth and axes: the displayed name, and the attempted e-mail address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from .models import User


def display_name(user: User) -> str:
    """The name in allauth's pages and e-mails. ``str(user)`` has no personal data and is for logs."""
    return user.name


def attempted_email(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The account of an attempt to sign in; axes counts failures per account.

    allauth calls the credential ``email`` and the form field ``login``. Without this function axes finds no name and
    locks everybody with the same IP address.
    """
    given = (credentials or {}).get("email") or (request.POST.get("login") if request else None)
    return str(given or "").strip().lower()
