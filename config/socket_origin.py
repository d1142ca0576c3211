"""Sockets are opened by pages of the same origin only: scheme, host and port."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

PORTS = {"http": "80", "https": "443"}


class SameOrigin:
    """ASGI middleware that refuses a socket with 403 unless its Origin is the address that the browser has opened.

    That is the public address, or the address in the request's Host header if that is an allowed host, such as a demo
    that is opened as localhost. Behind a proxy that ends TLS only the public address is https.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        inner = self.application if is_same_origin(scope) else WebsocketDenier()
        await inner(scope, receive, send)


def is_same_origin(scope: Any) -> bool:
    origins = _values(scope, b"origin")
    hosts = _values(scope, b"host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    origin = _origin(origins[0])
    if origin is None:
        return False
    return origin == _origin(settings.LOTSE_PUBLIC_BASE_URL) or origin == _opened(scope, hosts[0])


def _opened(scope: Any, host: str) -> tuple[str, str, str] | None:
    """The origin of the address that the request was sent to; None for a foreign host."""
    name, _port = split_domain_port(host)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return None
    is_secure = settings.OVER_HTTPS or scope.get("scheme") in ("wss", "https")
    return _origin(f"{'https' if is_secure else 'http'}://{host}")


def _origin(url: str) -> tuple[str, str, str] | None:
    """Scheme, host and port; None if it is no address."""
    try:
        parts: SplitResult = urlsplit(url)
        port = str(parts.port or PORTS.get(parts.scheme, ""))
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and parts.scheme in PORTS else None


def _values(scope: Any, wanted: bytes) -> list[str]:
    return [value.decode("latin1") for name, value in scope["headers"] if name == wanted]
