from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def attempted_email(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """Whose account an attempt to sign in was for; axes counts failures under it.

    allauth names the credential ``email``, the form field ``login``. Without this axes finds no name and locks
    everybody behind the address for the mistakes of one.
    """
    given = (credentials or {}).get("email") or (request.POST.get("login") if request else None)
    return str(given or "").strip().lower()
