"""Endings that can still be undone, shown on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from foundation.ui.page_counts import page_counts

from .desk import ending_contacts
from .models import Contact


@dataclass(frozen=True)
class EndingsNotice:
    contacts: list[Contact]
    template: ClassVar[str] = "hotline/parts/endings.html"

    def __bool__(self) -> bool:
        return bool(self.contacts)


def endings(request: HttpRequest) -> dict[str, Any]:
    """``endings_notice``: evaluated lazily; empty for people who log no contacts."""
    return {"endings_notice": SimpleLazyObject(lambda: _notice(request))}


def _notice(request: HttpRequest) -> EndingsNotice:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not page_counts(request)["endings"]:
        return EndingsNotice([])
    return EndingsNotice(ending_contacts(user))
