"""One port for both: forms over WSGI, sockets over ASGI, in the same process.

Measured in docs/adr/0004: Django opens a thread and a connection per ASGI request; the WSGI threads keep theirs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from a2wsgi import WSGIMiddleware  # noqa: E402
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from config.wsgi import application as forms  # noqa: E402
from journal.routing import websocket_urlpatterns  # noqa: E402

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

THREADS = 8  # each keeps one connection to PostgreSQL

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(cast("WSGIApp", forms), workers=THREADS),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
