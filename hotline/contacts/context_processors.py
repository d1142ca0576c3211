"""Endings that can still be undone, shown on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

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
    centre = centre_with(user, Permission.CONTACT_LOG) if user and user.is_authenticated else None
    return EndingsNotice(ending_contacts(user) if user and centre else [])
