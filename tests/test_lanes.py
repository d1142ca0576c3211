"""Webhooks have their own threads, which nobody but the provider gets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from telephone import PUBLIC, TELEPHONY, sign

from config.lanes import LARGEST_WEBHOOK, is_from_provider

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
