"""What the provider asks needs no session, no language and no page: past all that follows, straight to its view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from foundation.accounts.middleware import GetResponse
from hotline.telephony.provider import SIGNATURE_HEADER


class StraightToWebhooks:
    """Middleware: a webhook passes by the middlewares of pages (ADR 7).

    Only views that say that they are webhooks: a signature's header, which anybody can send, opens no other way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _match(request) if SIGNATURE_HEADER in request.headers else None
        if match is None or not getattr(match.func, "is_webhook", False):
            return self.get_response(request)
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None
