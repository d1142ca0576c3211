"""One port for both: forms over WSGI, sockets over ASGI, in the same process.

ADR 4: Django opens a thread and a connection per ASGI request; the WSGI threads keep theirs.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import reverse  # noqa: E402

from config.webhook_bypass import webhook_at  # noqa: E402
from config.wsgi_bridge import ThreadedWSGI  # noqa: E402
from foundation.journal.routing import websocket_urlpatterns  # noqa: E402
from hotline.telephony.provider import SIGNATURE_HEADER  # noqa: E402
from regions.public_holidays import public_holidays  # noqa: E402

# threads; each keeps one connection to PostgreSQL
PAGES = 3
WEBHOOKS = 3
# Maximum wait for the interpreter's lock after each database query, in seconds (Python's default is ten times longer);
# a webhook makes seven queries.
sys.setswitchinterval(0.0005)
SIGNATURE = SIGNATURE_HEADER.lower().encode()


class Lanes:
    """Separate threads for webhooks and pages, so that callers do not wait for pages that are being rendered."""

    def __init__(self) -> None:
        self.pages = ThreadedWSGI(PAGES)
        self.webhooks = ThreadedWSGI(WEBHOOKS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        has_signature = any(name == SIGNATURE for name, _value in scope["headers"])
        is_webhook = has_signature and webhook_at(scope["path"]) is not None
        await (self.webhooks if is_webhook else self.pages)(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": Lanes(),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)

# Exclude everything loaded so far from garbage collection: a full collection takes 0.1 s, in which callers wait. With
# this, the slowest webhooks take a quarter less time.
reverse("switchboard:voice")  # loads all views and knows their addresses
public_holidays("DE")  # loads the package of all countries
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
