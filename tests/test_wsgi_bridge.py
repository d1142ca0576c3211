"""The WSGI bridge: slow or too large requests do not delay others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from config.asgi import application
from config.lanes import PAGES, WEBHOOKS
from hotline.telephony.provider import SIGNATURE_HEADER

SIGNED = (SIGNATURE_HEADER.lower().encode(), b"x")


class Exchange:
    """One request as an ASGI server passes it on. ``parts``: of the body, as they arrive; then silence, or the end."""

    def __init__(self, path: str, *parts: bytes, method: str = "GET", signed: bool = False, whole: bool = True) -> None:
        headers = [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded")]
        headers += [(b"content-length", b"100")] if parts else []
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [*headers, SIGNED] if signed else headers,
            "client": ("192.0.2.1", 1),
            "server": ("testserver", 80),
        }
        self.arriving = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        if whole:
            self.arriving.append({"type": "http.request"})
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if not self.arriving:
            await asyncio.Event().wait()
        return self.arriving.pop(0)

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def run(self) -> None:
        await application(self.scope, self.receive, self.send)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


@pytest.mark.parametrize(("signed", "threads"), [(True, WEBHOOKS), (False, PAGES)])
def test_missing_request_body_occupies_no_thread(signed: bool, threads: int) -> None:
    slow = [
        Exchange("/telephone/voice/", b"From=", method="POST", signed=signed, whole=False) for _ in range(threads + 1)
    ]
    quick = Exchange("/healthz", signed=signed)

    async def scenario() -> None:
        waiting = [asyncio.ensure_future(one.run()) for one in slow]
        await asyncio.sleep(0.2)
        await asyncio.wait_for(quick.run(), 5)
        assert not any(one.sent for one in slow)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(scenario())
    assert quick.status == 200


def test_client_that_disconnects_gets_no_response() -> None:
    gone = Exchange("/telephone/voice/", b"From=", method="POST", whole=False)
    gone.arriving.append({"type": "http.disconnect"})
    asyncio.run(gone.run())
    assert gone.sent == []


def test_too_large_body_is_refused_before_it_is_complete() -> None:
    flood = Exchange("/telephone/voice/", *[b"x" * 700_000] * 100, method="POST")
    asyncio.run(flood.run())
    assert (flood.status, len(flood.arriving)) == (413, 98), "three parts are more than 2 MB"


def test_response_has_headers_and_body_once() -> None:
    health = Exchange("/healthz")
    asyncio.run(health.run())
    start, body = health.sent
    assert (start["type"], body) == ("http.response.start", {"type": "http.response.body", "body": b'{"status": "ok"}'})
    headers = dict(start["headers"])
    assert (headers[b"content-type"], headers[b"content-length"]) == (b"application/json", b"16")
