"""Middleware that sets the acting user in the database and ends old sessions."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from .context import acting_as


class ActingAsMiddleware:
    """Wrap each signed-in request in ``acting_as``: one transaction, committed before the response is sent.

    A session that has reached its maximum age ends here; one in use is renewed. Anonymous requests have no actor and so
    read no protected rows. Responses with 5xx are rolled back here, because Django has already turned the exception
    into a response.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if is_too_old(request.session):
            logout(request)
            return self.get_response(request)
        renew(request.session)
        with acting_as(request.user, purpose="request"):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def renew(session: SessionBase) -> None:
    """Extend the session, at most once in SESSION_RENEWED_SECONDS, because each time writes a row."""
    now = int(time.time())
    if now - session.get("renewed_at", 0) >= settings.SESSION_RENEWED_SECONDS:
        session["renewed_at"] = now


def is_too_old(session: SessionBase) -> bool:
    """Whether the session is older than SESSION_ABSOLUTE_SECONDS, even if in use."""
    now = int(time.time())
    return bool(now - session.setdefault("signed_in_at", now) > settings.SESSION_ABSOLUTE_SECONDS)
