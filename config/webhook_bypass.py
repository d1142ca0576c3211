"""Webhooks need no session, language or page, so they bypass the middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from foundation.accounts.middleware import GetResponse

PREFIX = "/telephone/"


class StraightToWebhooks:
    """Middleware that lets webhooks bypass the middleware of pages (ADR 7).

    Only for views marked as webhooks, and for these with a wrong signature or none, too: a refusal is recorded by the
    telephone service, which cannot act inside the transaction of a signed-in person.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = match_of_webhook(request)
        if match is None:
            return self.get_response(request)
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer


def match_of_webhook(request: HttpRequest) -> ResolverMatch | None:
    """The view of the request, if it is marked as a webhook. Their URLs are below ``PREFIX``."""
    if not request.path_info.startswith(PREFIX):
        return None
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match if getattr(match.func, "is_webhook", False) else None
