"""Webhooks need no session, language or page, so they bypass the middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from foundation.accounts.middleware import GetResponse
from hotline.telephony.provider import SIGNATURE_HEADER


class StraightToWebhooks:
    """Middleware that lets webhooks bypass the middleware of pages (ADR 7).

    Only for views marked as webhooks, because anybody can send a signature header.
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
    """The view of a request with a signature header, if it is marked as a webhook."""
    if SIGNATURE_HEADER not in request.headers:
        return None
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match if getattr(match.func, "is_webhook", False) else None
