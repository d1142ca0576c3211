"""Django's WSGI handler behind an ASGI server, with separate threads for webhooks and pages.

A thread gets a request when its whole body has arrived, and is free when the response is made. With ``a2wsgi``'s
middleware the thread waits for the body, so that a few connections that never send one would block the telephone.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from http import HTTPStatus
from typing import Any, NamedTuple

from a2wsgi.wsgi import build_environ
from django.conf import settings

from config.headers import headers
from config.wsgi import application


class WSGIResponse(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""


Choose = Callable[[dict[str, Any], bytes], ThreadPoolExecutor]


def threads(number: int, name: str) -> ThreadPoolExecutor:
    """Threads for requests; each keeps one connection to PostgreSQL."""
    return ThreadPoolExecutor(number, thread_name_prefix=name)


class ThreadedWSGI:
    """An ASGI application for requests. ``choose``: the threads for a WSGI environ with its whole body."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                answer = refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                break
            if not message.get("more_body"):
                answer = await self._answer(scope, bytes(body))
                break
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Any, body: bytes) -> WSGIResponse:
        """Run in a separate context, so that no context variable is left for the next request."""
        environ: Any = build_environ(scope, io.BytesIO(body))  # type: ignore[arg-type]
        chosen = self.choose(environ, body)
        return await asyncio.get_running_loop().run_in_executor(chosen, copy_context().run, _made, environ)


def refusal(status: HTTPStatus) -> WSGIResponse:
    """A response without a body, with the headers of every response. The connection is closed."""
    common = [(name.lower().encode(), value.encode()) for name, value in headers().items()]
    return WSGIResponse(status, [*common, (b"connection", b"close")])


def _made(environ: Any) -> WSGIResponse:
    made: list[WSGIResponse] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        encoded = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        made.append(WSGIResponse(int(status[:3]), encoded))

    parts: Any = application(environ, start)
    try:
        return made[-1]._replace(body=b"".join(parts))
    finally:
        parts.close()
