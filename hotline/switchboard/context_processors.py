"""The telephone bar, shown on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

from .desk import TelephoneBar, bar_of


def telephone(request: HttpRequest) -> dict[str, Any]:
    """``telephone_bar``: evaluated lazily; empty for people who take no calls."""
    return {"telephone_bar": SimpleLazyObject(lambda: _bar(request))}


def _bar(request: HttpRequest) -> TelephoneBar | None:
    user = getattr(request, "user", None)
    centre = centre_with(user, Permission.CONTACT_LOG) if user and user.is_authenticated else None
    return bar_of(user, centre) if user and centre else None
