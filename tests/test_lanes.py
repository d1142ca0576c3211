"""Webhooks have their own threads, which nobody but the provider gets."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from urllib.parse import urlencode

import pytest
from telephone import PUBLIC, TELEPHONY, sign
from test_wsgi_bridge import Exchange

from config.lanes import LARGEST_WEBHOOK, PAGES, WEBHOOKS, is_from_provider
from hotline.switchboard import intake

PATH = "/telephone/voice/"
CALL = {"CallSid": "CA1", "From": "+493411234567"}


@pytest.fixture(autouse=True)
def _telephone(settings: Any) -> None:
    settings.TELEPHONY = dict(TELEPHONY)


def environ(path: str = PATH, **values: str) -> dict[str, Any]:
    usual = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "HTTP_X_TWILIO_SIGNATURE": sign(PUBLIC + path, CALL),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
    }
    return {**usual, **values}


def chosen(body: bytes, path: str = PATH, **values: str) -> bool:
    return is_from_provider(environ(path, CONTENT_LENGTH=str(len(body)), **values), body)


def test_signed_webhook_gets_the_threads_of_webhooks() -> None:
    assert chosen(urlencode(CALL).encode())


@pytest.mark.parametrize(
    "values",
    [
        {"HTTP_X_TWILIO_SIGNATURE": "forged"},
        {"HTTP_X_TWILIO_SIGNATURE": "ü"},
        {"HTTP_X_TWILIO_SIGNATURE": ""},
        {"path": "/static/ui/page.js"},
        {"path": "/published/00000000-0000-0000-0000-000000000000/"},
        {"path": "/desk/"},
        {"path": "/telephone/nothing/"},
        {"REQUEST_METHOD": "GET"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
def test_everything_else_waits_with_the_pages(values: dict[str, str]) -> None:
    assert not chosen(urlencode(CALL).encode(), **values)


@pytest.mark.parametrize("body", [b"", b"From=other", b"x" * (LARGEST_WEBHOOK + 1), b"a=%ff%00&" * 1001])
def test_other_body_than_the_signed_one_waits_with_the_pages(body: bytes) -> None:
    assert not chosen(body)


def test_wrong_signatures_keep_no_webhook_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forged requests occupy every thread that they can get; the telephone still answers."""
    held, busy = threading.Event(), threading.Semaphore(0)

    def slow(**_kind: str) -> None:
        busy.release()
        held.wait(20)
        raise RuntimeError("not stored")

    monkeypatch.setattr(intake, "count_refusal", slow)
    monkeypatch.setattr("hotline.switchboard.webhooks.acting_as", _nobody)
    forged = [_posted("forged") for _ in range(PAGES + WEBHOOKS)]
    genuine = _posted(sign(PUBLIC + PATH, CALL))
    monkeypatch.setattr("hotline.switchboard.webhooks._handled", lambda *_args: "<Response/>")

    async def scenario() -> None:
        waiting = [asyncio.ensure_future(one.run()) for one in forged]
        for _ in range(PAGES):
            assert await asyncio.to_thread(busy.acquire, timeout=10)
        try:
            await asyncio.wait_for(genuine.run(), 5)
            assert not any(one.sent for one in forged)
        finally:
            held.set()
            await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(scenario())
    assert genuine.status == 200


class _nobody:  # noqa: N801  stands for a function
    def __init__(self, *_actor: object, **_purpose: str) -> None: ...

    def __enter__(self) -> None: ...

    def __exit__(self, *_error: object) -> None: ...


def _posted(signature: str) -> Exchange:
    body = urlencode(CALL).encode()
    made = Exchange(PATH, body, method="POST")
    made.scope["headers"] = [
        (b"host", b"testserver"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(body)).encode()),
        (b"x-twilio-signature", signature.encode()),
    ]
    return made
