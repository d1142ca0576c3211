"""Separate threads for webhooks and pages, so that callers do not wait for pages that are being rendered."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.handlers.wsgi import WSGIRequest

from config.webhook_bypass import match_of_webhook
from config.wsgi_bridge import threads
from hotline.telephony import provider

PAGES = 3
WEBHOOKS = 3
#: Bytes; the provider's webhooks have less than a tenth of it. Larger bodies are not read here.
LARGEST_WEBHOOK = 64 * 1024
FORM = "application/x-www-form-urlencoded"


class Lanes:
    """Only requests that the provider has signed get the threads of webhooks; forged ones wait with the pages."""

    def __init__(self) -> None:
        self.pages = threads(PAGES, "pages")
        self.webhooks = threads(WEBHOOKS, "webhooks")

    def choose(self, environ: dict[str, Any], body: bytes) -> ThreadPoolExecutor:
        return self.webhooks if is_from_provider(environ, body) else self.pages


def is_from_provider(environ: dict[str, Any], body: bytes) -> bool:
    """Whether this is a webhook with the provider's signature. The view checks it again, because it can stand alone."""
    if "HTTP_X_TWILIO_SIGNATURE" not in environ or len(body) > LARGEST_WEBHOOK:
        return False
    request = WSGIRequest({**environ, "wsgi.input": io.BytesIO(body)})
    if request.method != "POST" or request.content_type != FORM or match_of_webhook(request) is None:
        return False
    return provider.is_genuine(request)
