"""The telephone bar, for the frame of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import can
from accounts.roles import Permission

from .desk import bar_of


def telephone(request: HttpRequest) -> dict[str, Any]:
    """``telephone_bar``: asked for only where a page shows it; empty for whoever takes no calls."""
    return {"telephone_bar": SimpleLazyObject(lambda: _bar(request))}


def _bar(request: HttpRequest) -> object:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.centre is None:
        return ""
    if not can(user, Permission.CONTACT_LOG, user.centre.pk):
        return ""
    return bar_of(user, user.centre) or ""
