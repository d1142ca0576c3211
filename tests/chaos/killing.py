"""A real tree of processes on its own servers, each of which can be killed and started again. See keeper.py."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running import CHECKOUT, bare_environment

from demo.browser import Browser
from supervisor.tree import is_ready


def wait_until(true: Callable[[], bool], what: str, patience: float = 20.0, pause: float = 0.05) -> None:
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, f"waited {patience:.0f} s in vain: {what}"
        time.sleep(pause)


class Battered:
    """The tree. ``kills``: how often each of its processes was killed; ``browsers``: those that are signed in."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.mail = place / "mail"
        self.mail.mkdir()
        self.log = place / "log"
        self.kills: dict[str, int] = {}
        self.last_kill = datetime.now(UTC)
        self.browsers: list[Browser] = []
        path = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "tests")])
        self.keeper = subprocess.Popen(
            [sys.executable, "-m", "chaos.keeper", str(place)],
            env=bare_environment(PYTHONPATH=path),
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the tests; the keeper ends with its stdin
        )
        port, self.database = self._answer().split()
        self.port = int(port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self, name: str) -> None:
        self._tell(f"start {name}")

    def kill(self, name: str) -> None:
        self.kills[name] = self.kills.get(name, 0) + 1
        self._tell(f"kill {name}")
        self.last_kill = datetime.now(UTC)

    def revive(self) -> None:
        """Start whatever a test left dead."""
        self._tell("revive")

    def _tell(self, command: str) -> None:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(f"{command}\n")
        self.keeper.stdin.flush()
        assert self._answer() == "done"

    def _answer(self) -> str:
        assert self.keeper.stdout is not None
        return self.keeper.stdout.readline().strip()

    def end(self) -> None:
        """The keeper clears up; pytest need not live to see it."""
        assert self.keeper.stdin is not None
        self.keeper.stdin.close()
        self.keeper.wait()

    def is_ready(self) -> bool:
        return is_ready(self.port)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """As superuser; nothing for a statement that has no rows."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str) -> Any:
        """The first column of the first row, or None."""
        rows = self.rows(statement)
        return rows[0][0] if rows else None

    @contextmanager
    def held(self, lock: str) -> Iterator[None]:
        """Whoever needs what ``lock`` takes waits inside the block."""
        connection = psycopg.connect(self.database)
        try:
            connection.execute(lock.encode())
            yield
        finally:
            try:
                connection.rollback()
            except psycopg.OperationalError:  # the server was killed meanwhile
                pass
            connection.close()

    def wait_for_waiter(self, name: str, running: Future[Any] | None = None) -> None:
        """Until a transaction of this process waits for a lock; an error of ``running`` is raised here."""
        waits = f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '{name}'"

        def is_waiting() -> bool:
            if running is not None and running.done():
                raise AssertionError(f"nothing waited; it was: {running.result()}")
            return self.value(waits) is not None

        wait_until(is_waiting, f"{name} to be in the middle of a transaction", pause=0.02)


@cache
def battered(config: pytest.Config) -> Battered:
    """One tree for all tests of this process that batter it; it ends with the run."""
    place = Path(tempfile.mkdtemp(prefix="lotse-chaos-"))
    place.chmod(0o755)
    found = Battered(place)
    config.add_cleanup(found.end)
    return found
