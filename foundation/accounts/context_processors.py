"""Whether a page shows the banner of the demonstration."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .demonstration import is_demonstration


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Without a session a page asks the database, if it shows the banner."""
    session: Any = getattr(request, "session", None)
    if hasattr(request, "user") and request.user.is_authenticated:
        return {"is_demo": session.is_demonstration}
    return {"is_demo": SimpleLazyObject(is_demonstration)}
