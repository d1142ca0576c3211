"""The embedded Valkey. It keeps nothing on disk: all that it carries can be sent again from the journal."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from supervisor import process
from supervisor.account import Account
from supervisor.errors import Refused


@dataclass(frozen=True)
class Valkey:
    program: Path
    home: Path
    socket: Path
    """The socket itself."""
    log: Path
    account: Account

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def start(self) -> process.Child:
        """Start in the foreground and wait for an answer. Raises Refused when it ends instead."""
        self.account.own_directory(self.home)
        self.socket.unlink(missing_ok=True)  # ours: the caller holds the lock on the data directory
        place: list[process.Part] = ["--dir", ".", "--port", "0", "--unixsocket", self.socket]
        forget = ["--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
        quiet = ["--maxmemory-policy", "noeviction", "--loglevel", "warning"]
        with self.log.open("ab") as log:
            child = process.start(
                "valkey",
                [self.program, *place, *forget, *quiet],
                environment={"LC_ALL": "C.UTF-8"},
                directory=self.home,
                account=self.account,
                log=log,
                orphan_signal=signal.SIGKILL,
                patience=5,
            )
        self._wait_for_answer(child)
        return child

    def _wait_for_answer(self, child: process.Child, patience: float = 20.0) -> None:
        until = time.monotonic() + patience
        while not answers(self.socket):
            if child.ended is not None or time.monotonic() > until:
                child.stop()
                raise Refused(f"Valkey did not start; see {self.log}.")
            time.sleep(0.01)


def answers(path: Path) -> bool:
    """Whether a Valkey answers PING on this socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
