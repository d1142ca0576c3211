"""The web server on a port that is in use."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from chaos.killing import wait_until
from running import CHECKOUT, bare_environment

from config import web
from supervisor.tree import HOST


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with closing(socket.create_server((HOST, 0))) as listener:
        yield listener


def test_web_started_after_a_killed_one_waits_for_its_port(taken: socket.socket) -> None:
    """What was forked from a killed web may hold the port a while longer: its pages, which give way, die slowly."""
    port: int = taken.getsockname()[1]
    command = [sys.executable, "-m", "config.web", "--port", str(port)]
    environment = bare_environment(LOTSE_WITHOUT_SERVICES="1")
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True) as follower:
        try:
            assert follower.stderr is not None
            assert follower.stderr.readline() == f"Port {port} is in use; waiting for it ...\n"
            taken.close()
            wait_until(lambda: follower.poll() is not None or answers(port), "the follower to answer")
            assert follower.poll() is None
        finally:
            follower.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_port_that_stays_taken_is_refused(taken: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    port: int = taken.getsockname()[1]
    monkeypatch.setattr(web, "PORT_PATIENCE", 0.1)
    monkeypatch.setattr(sys, "argv", ["web", "--host", HOST, "--port", str(port)])
    with pytest.raises(OSError, match=f"Port {port} is in use"):
        web.main()
