"""Sockets that are really open close when what they were opened with is revoked: within 2 s, by the real relay."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from chaos.killing import Battered
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from demo.browser import Browser, Form
from demo.rehearsal_context import form_at

pytestmark = pytest.mark.xdist_group("chaos")
NOT_SIGNED_IN = 4401
#: Seconds; the promise (ADR 30).
PROMISED = 2.0
_numbers = itertools.count(1)


def make_person(tree: Battered) -> tuple[int, int, str]:
    """A handler of the demonstration whom no other test needs: user, role, address."""
    email = f"revoked{next(_numbers)}@lotse.example"
    person = tree.value(
        "INSERT INTO accounts_user (email, name, stamp, language, is_active, service, date_joined, version)"
        f" VALUES ('{email}', 'Handler Swift', 'stamp', 'en', true, '', now(), 0) RETURNING id"
    )
    role = tree.value(
        "INSERT INTO accounts_membership (user_id, organisation_id, role, started_at)"
        f" SELECT {person}, min(id), 'handler', now() FROM accounts_organisation WHERE kind = 'centre' RETURNING id"
    )
    return person, role, email


def signed_in(tree: Battered, email: str) -> Browser:
    browser = Browser(tree.url, patience=30)
    form = form_at(browser, "/accounts/login/", "/accounts/demonstration/")
    answer = browser.submit(form.with_({"email": email}))
    assert (answer.status, "/accounts/" in answer.path) == (200, False)
    return browser


def administrator(tree: Battered) -> Browser:
    email = tree.value(
        "SELECT u.email FROM accounts_user u JOIN accounts_membership m ON m.user_id = u.id"
        " WHERE m.role = 'administrator' AND m.ended_at IS NULL ORDER BY u.id LIMIT 1"
    )
    return signed_in(tree, email)


def listening(tree: Battered, browser: Browser) -> ClientConnection:
    host = f"127.0.0.1:{tree.port}"
    origin: Any = f"http://{host}"
    socket = connect(f"ws://{host}/ws/live/", additional_headers={"Cookie": browser.cookies}, origin=origin, proxy=None)
    assert json.loads(socket.recv(10)) == {"ready": True}
    return socket


def closes(socket: ClientConnection) -> tuple[int | None, float]:
    """The code with which it is closed, and the seconds until then; TimeoutError if it stays open."""
    begun = time.monotonic()
    while True:
        try:
            socket.recv(PROMISED - (time.monotonic() - begun))
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code, time.monotonic() - begun


def stays_open(socket: ClientConnection) -> bool:
    try:
        while True:
            socket.recv(0.5)
    except TimeoutError:
        return True
    except ConnectionClosed:
        return False


def submit(browser: Browser, page: str, action: str, **values: str) -> None:
    form: Form = form_at(browser, page, action)
    assert browser.submit(form.with_(values)).status == 200


Revoke = Callable[[Battered, Browser, int, int], None]


def end_elsewhere(tree: Battered, own: Browser, _person: int, _role: int) -> None:
    submit(own, "/accounts/sessions/", "/accounts/sessions/end-elsewhere/")


def end_one(tree: Battered, own: Browser, _person: int, _role: int) -> None:
    submit(own, "/accounts/sessions/", "/accounts/sessions/end/")


def end_role(tree: Battered, _own: Browser, person: int, role: int) -> None:
    submit(administrator(tree), f"/administration/users/{person}/", f"/administration/roles/{role}/end/")


def deactivate(tree: Battered, _own: Browser, person: int, _role: int) -> None:
    page = f"/administration/users/{person}/"
    submit(administrator(tree), page, f"{page}deactivate/")


def new_password(tree: Battered, _own: Browser, person: int, _role: int) -> None:
    page = f"/administration/users/{person}/"
    submit(administrator(tree), page, f"{page}link/")


@pytest.mark.parametrize(
    "revoke", [end_elsewhere, end_one, end_role, deactivate, new_password], ids=lambda revoke: str(revoke.__name__)
)
def test_open_sockets_close(tree: Battered, revoke: Revoke) -> None:
    person, role, email = make_person(tree)
    own, elsewhere = signed_in(tree, email), signed_in(tree, email)
    _other, _role, others_email = make_person(tree)
    with ExitStack() as stack:
        here = stack.enter_context(listening(tree, own))
        there = stack.enter_context(listening(tree, elsewhere))
        colleagues = stack.enter_context(listening(tree, signed_in(tree, others_email)))
        revoke(tree, own, person, role)
        code, seconds = closes(there)
        assert code == NOT_SIGNED_IN
        print(f"{revoke.__name__}: the socket was closed {seconds:.2f} s after the answer")
        is_own_act = revoke in (end_elsewhere, end_one)
        assert (stays_open(here), stays_open(colleagues)) == (is_own_act, True)
