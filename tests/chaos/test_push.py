"""What changed reaches an open page, also after what carries it was killed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from chaos.killing import Battered, wait_until
from chaos.walk import Walk, begin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

pytestmark = pytest.mark.xdist_group("chaos")


@contextmanager
def open_socket(tree: Battered, walk: Walk) -> Iterator[ClientConnection]:
    """The handler's page, which listens. As the page does, it tries again when the first attempt fails.

    After Valkey was gone while nobody listened, the web notices its dead connection only with the first attempt.
    """
    host = f"127.0.0.1:{tree.port}"
    origin: Any = f"http://{host}"
    address = f"ws://{host}/ws/live/"
    cookie = {"Cookie": walk.rehearsal.handler.cookies}
    with ExitStack() as stack:
        try:
            socket = stack.enter_context(connect(address, additional_headers=cookie, origin=origin, proxy=None))
        except InvalidStatus:
            socket = stack.enter_context(connect(address, additional_headers=cookie, origin=origin, proxy=None))
        assert json.loads(socket.recv(10)) == {"ready": True}
        yield socket


def hears(socket: ClientConnection, changed: uuid.UUID, patience: float) -> bool:
    until = time.monotonic() + patience
    while (left := until - time.monotonic()) > 0:
        try:
            if json.loads(socket.recv(left)).get("changed") == str(changed):
                return True
        except TimeoutError:
            break
    return False


def change_something(walk: Walk) -> uuid.UUID:
    walk.take_step()
    return walk.rehearsal.contact


@pytest.mark.parametrize("victim", ["relay", "postgres", "worker"])
def test_a_socket_outlives(victim: str, tree: Battered) -> None:
    walk = Walk(begin(tree))
    with open_socket(tree, walk) as socket:
        tree.kill(victim)
        if victim == "postgres":
            tree.start(victim)
        changed = change_something(walk)
        if victim != "postgres":
            tree.start(victim)
        assert hears(socket, changed, 20)


def test_a_socket_outlives_valkey(tree: Battered) -> None:
    """The web subscribes again by itself. What changes until then is fetched when the page is looked at again."""
    walk = Walk(begin(tree))
    with open_socket(tree, walk) as socket:
        tree.kill("valkey")
        tree.start("valkey")
        wait_until(lambda: hears(socket, change_something(Walk(begin(tree))), 1), "a push", 20)


def test_a_page_that_connects_again_hears_on(tree: Battered) -> None:
    walk = Walk(begin(tree))
    with open_socket(tree, walk) as socket:
        tree.kill("web")
        with pytest.raises(ConnectionClosed):
            socket.recv(10)
    tree.start("web")
    wait_until(tree.is_ready, "the web", 30)
    with open_socket(tree, walk) as socket:
        assert hears(socket, change_something(walk), 10)
