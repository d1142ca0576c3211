"""The headers of every response: pages, errors of every kind, refusals, files."""

from __future__ import annotations

from functools import cache

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.accounts.middleware import GetResponse


@cache
def headers() -> dict[str, str]:
    return {
        "Content-Security-Policy": build_policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cache-Control": "no-store",
    }


class OnEveryResponse:
    """The outermost middleware: what a view or another middleware has set stays.

    Requests that are refused early, as those with a foreign host name, do not reach the other middleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in headers().items():
            response.headers.setdefault(name, value)
        return response
