"""A browser before the gallery's desk, without a database. Skipped where there is no Chromium."""

from collections.abc import Iterator
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import include, path
from playwright.sync_api import Browser, Page

from foundation.ui import urls

GALLERY = (
    path("", include(([*urls.urlpatterns, *urls.GALLERY], "ui"))),
    path("", include("foundation.accounts.urls")),
    path("accounts/", include("allauth.urls")),
)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class says so
        pass


class Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture
def ui_urls(settings: Any) -> None:
    """Only the addresses of the look and of the sign-in: these tests stand on no other app."""
    settings.ROOT_URLCONF = GALLERY


@pytest.fixture
def gallery(settings: Any) -> Iterator[str]:
    """The address of a server that shows the gallery to a visitor."""
    settings.ROOT_URLCONF = GALLERY
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Threading, Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ui/gallery/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; whatever its scripts throw fails the test."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(10_000)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    context.close()
    assert thrown == []
