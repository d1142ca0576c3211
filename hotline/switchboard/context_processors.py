"""The telephone bar, shown on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from foundation.ui.page_counts import page_counts

from .desk import TelephoneBar, connected_bar


def telephone(request: HttpRequest) -> dict[str, Any]:
    """``telephone_bar``: evaluated lazily; empty for people who take no calls."""
    return {"telephone_bar": SimpleLazyObject(lambda: _bar(request))}


def _bar(request: HttpRequest) -> TelephoneBar | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not (counts := page_counts(request))["lines"]:
        return None
    return connected_bar(user, user.centre, has_calls=counts["calls"] > 0)
