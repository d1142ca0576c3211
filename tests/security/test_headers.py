"""Each response has the headers that browsers and caches obey, whoever made it and whatever went wrong."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import pytest
from cluster import CHECKOUT
from django.test import Client, override_settings
from django.urls import path
from people import People
from web import sign_in

from config import urls
from config.wsgi_bridge import ThreadedWSGI
from hotline.telephony.provider import SIGNATURE_HEADER

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def falls_over(_request: object) -> None:
    raise RuntimeError


urlpatterns = [*urls.urlpatterns, path("falls-over/", falls_over)]
handler400 = urls.handler400
FORGED = {"headers": {SIGNATURE_HEADER: "forged"}}
#: Method, path, what else is sent, status. Nobody is signed in.
ANSWERS: list[tuple[str, str, dict[str, Any], int]] = [
    ("get", "/accounts/login/", {}, 200),
    ("get", "/accounts/password/reset/", {}, 200),
    ("get", "/accounts/password/reset/done/", {}, 200),
    ("get", "/accounts/password/reset/key/1-abc-def/", {}, 200),
    ("get", "/desk/", {}, 302),
    ("get", "/nowhere/", {}, 404),
    ("get", "/static/nowhere.css", {}, 404),
    ("get", "/contacts/00000000-0000-4000-8000-000000000000/", {}, 302),
    ("get", "/desk/", {"headers": {"host": "evil.example"}}, 400),
    ("get", "/telephone/voice/", {}, 405),
    ("post", "/desk/", {}, 403),
    ("post", "/telephone/voice/", FORGED, 403),
    ("post", "/telephone/voice/", {}, 403),
    ("get", "/falls-over/", {}, 500),
    ("get", "/healthz", {}, 200),
    ("get", "/readyz", {}, 503),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "sent", "status"), ANSWERS, ids=[f"{a} {s}" for _, a, _, s in ANSWERS])
@override_settings(ROOT_URLCONF="security.test_headers")
def test_each_answer_has_them(method: str, address: str, sent: dict[str, Any], status: int) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = getattr(client, method)(address, **sent)
    assert answer.status_code == status
    check(answer.headers)


def check(headers: Any) -> None:
    for name, value in WANTED.items():
        got = headers[name]
        assert got == value or (name == "Cache-Control" and "no-store" in got), name
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_pages_of_people_have_them(people: People) -> None:
    client = Client()
    sign_in(client, people.handler)
    for address, status in (("/desk/", 200), ("/contacts/", 200), ("/administration/users/", 404), ("/nowhere/", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        check(answer.headers)


def test_a_body_that_is_too_large_has_them() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bytes(3 * 1024 * 1024), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ThreadedWSGI(1)({"type": "http", "headers": []}, receive, send))
    assert sent[0]["status"] == 413
    check({name.decode().title(): value.decode() for name, value in sent[0]["headers"]})


def test_installation_over_https_passes_djangos_check_for_deployment() -> None:
    environment = {**os.environ, "LOTSE_PUBLIC_BASE_URL": "https://lotse.example", "LOTSE_DEMO": "0"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
