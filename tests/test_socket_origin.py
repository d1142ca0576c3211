"""A socket is opened by a page of the same scheme, host and port only."""

from __future__ import annotations

from typing import Any

import pytest

from config.socket_origin import is_same_origin

HERE = "http://127.0.0.1:8000"


def opens(*origins: str, hosts: tuple[str, ...] = ("127.0.0.1:8000",), scheme: str = "ws") -> bool:
    headers = [(b"origin", one.encode()) for one in origins] + [(b"host", one.encode()) for one in hosts]
    return is_same_origin({"type": "websocket", "scheme": scheme, "headers": headers})


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.LOTSE_PUBLIC_BASE_URL, settings.OVER_HTTPS = HERE, False
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


@pytest.mark.parametrize("at", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8001"])
def test_page_of_the_opened_address_is_let_in(at: str) -> None:
    assert opens(f"http://{at}", hosts=(at,))


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:9999", "http://127.0.0.1", "https://127.0.0.1:8000", "https://localhost", "http://localhost:8000",
        "http://evil.example", "http://127.0.0.1:8000.evil.example", "null", "", "http://127.0.0.1:x", "127.0.0.1:8000",
        "ws://127.0.0.1:8000", "http://[::1", "http://127.0.0.1:99999",
    ],
)  # fmt: skip
def test_page_of_another_origin_is_refused(origin: str) -> None:
    assert not opens(origin)


def test_no_origin_or_two_or_no_host_is_refused() -> None:
    assert not opens()
    assert not opens(HERE, HERE)
    assert not opens("http://localhost", hosts=())
    assert not opens("http://localhost", hosts=("localhost", "localhost"))


def test_foreign_host_header_is_refused() -> None:
    assert not opens("http://evil.example", hosts=("evil.example",))


def test_behind_a_proxy_the_public_address_counts(settings: Any) -> None:
    settings.LOTSE_PUBLIC_BASE_URL, settings.OVER_HTTPS = "https://lotse.example", True
    settings.ALLOWED_HOSTS = ["lotse.example"]
    assert opens("https://lotse.example", hosts=("lotse.example",))
    assert opens("https://lotse.example:443", hosts=("upstream:8000",))
    assert not opens("http://lotse.example", hosts=("lotse.example",))
    assert not opens("https://lotse.example:8443", hosts=("lotse.example",))
