"""One port for both: forms over WSGI, sockets over ASGI, in the same process.

ADR 4: Django opens a thread and a connection per ASGI request; the WSGI threads keep theirs.
"""

from __future__ import annotations

import gc
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import reverse  # noqa: E402

from config.lanes import Lanes  # noqa: E402
from config.socket_origin import SameOrigin  # noqa: E402
from config.wsgi_bridge import ThreadedWSGI  # noqa: E402
from foundation.journal.routing import websocket_urlpatterns  # noqa: E402
from regions.public_holidays import public_holidays  # noqa: E402

# Maximum wait for the interpreter's lock after each database query, in seconds (Python's default is ten times longer);
# a webhook makes seven queries.
sys.setswitchinterval(0.0005)

application = ProtocolTypeRouter(
    {
        "http": ThreadedWSGI(Lanes().choose),
        "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)

# Exclude everything loaded so far from garbage collection: a full collection takes 0.1 s, in which callers wait. With
# this, the slowest webhooks take a quarter less time.
reverse("switchboard:voice")  # loads all views and knows their addresses
public_holidays("DE")  # loads the package of all countries
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
