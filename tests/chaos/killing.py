"""A real tree of processes on its own servers, each of which can be killed and started again.

PostgreSQL runs with fsync, as in production. The network of the demo is made, without its invented year.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from running import CHECKOUT, bare_environment

from demo.browser import Browser
from supervisor import process
from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import OWNER, WORKER, Outside
from supervisor.postgres import _working_in
from supervisor.preparation import prepare
from supervisor.tree import Tree, free_port, start_servers

SERVERS = ("postgres", "valkey")
PROCESSES = ("web", "worker", "beat", "relay")
NETWORK = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from demo.make import make_network, make_organisations, make_people
call_command("load_regions", verbosity=0); call_command("load_postal_codes", verbosity=0)
organisations = make_organisations(); people = make_people(organisations)
make_network(people["crane"], organisations, timezone.now())
"""


def wait_until(true: Callable[[], bool], what: str, patience: float = 20.0, pause: float = 0.05) -> None:
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, f"waited {patience:.0f} s in vain: {what}"
        time.sleep(pause)


@dataclass
class Battered:
    """The tree. ``kills``: how often each of its processes was killed."""

    place: Path
    kills: dict[str, int] = field(default_factory=dict)
    browsers: list[Browser] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mail = self.place / "mail"
        self.mail.mkdir()
        data = DataDirectory.open(self.place / "data", for_servers())
        more = {"DJANGO_SETTINGS_MODULE": "chaos.settings", "LOTSE_CHAOS_MAIL": str(self.mail)}
        environment = bare_environment(PYTHONPATH=f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'tests'}", **more)
        measured = ("COV_", "COVERAGE_")  # what is killed could not write its measurements down
        outside = Outside({name: value for name, value in environment.items() if not name.startswith(measured)})
        self.tree = Tree(data, free_port(0), demo=True, outside=outside)
        self.embedded = self.tree.embedded
        # After a crash PostgreSQL syncs its directory file by file, or all at once where that is allowed.
        self.embedded.postgres.settings["recovery_init_sync_method"] = "syncfs"
        self.log = (self.place / "log").open("ab")
        self.children: dict[str, process.Child] = {}
        self.last_kill = datetime.now(UTC)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.tree.port}/"

    def begin(self) -> None:
        self._make_database()
        start_servers(self.embedded, self.tree.outside)
        self.children = dict(zip(SERVERS, self.embedded.children, strict=True))
        for name in PROCESSES:
            self.start(name)
        wait_until(self.is_ready, "the tree to be ready", 60)

    def _make_database(self) -> None:
        """Without fsync, for speed: PostgreSQL writes everything down when it ends in order."""
        hasty = Embedded(self.tree.data, hasty=True)
        try:
            start_servers(hasty, self.tree.outside)
            prepare(self.tree.data, self.tree.environment(OWNER, "prepare"), may_skip=False)
            command = [sys.executable, "-c", NETWORK]
            subprocess.run(command, env=self.tree.environment(WORKER, "demo"), cwd=CHECKOUT, check=True)
        finally:
            hasty.stop()

    def end(self) -> None:
        for child in reversed(self.children.values()):
            child.stop()
        for place in (self.tree.data.sockets, self.tree.data.servers, self.place):
            shutil.rmtree(place, ignore_errors=True)

    def start(self, name: str) -> None:
        """Start it; the servers also answer then, the other processes only a while later."""
        if name == "postgres":
            self.children[name] = self.embedded.postgres.start()
        elif name == "valkey":
            self.children[name] = self.embedded.valkey.start()
        else:
            command, role = {n: (command, role) for n, command, role in self.tree._processes()}[name]
            environment = self.tree.environment(role, name)
            self.children[name] = process.start(
                name, command, environment=environment, directory=CHECKOUT, log=self.log
            )

    def kill(self, name: str) -> None:
        """SIGKILL; for PostgreSQL every process of the server, as if the machine had lost its memory."""
        self.kills[name] = self.kills.get(name, 0) + 1
        self.last_kill = datetime.now(UTC)
        self.children[name].kill_group()
        if name == "postgres":
            for pid in _working_in(self.embedded.postgres.data):
                os.kill(pid, signal.SIGKILL)
        self.children[name].popen.wait()

    def is_ready(self) -> bool:
        from supervisor.tree import is_ready

        return is_ready(self.tree.port)

    def sql(self, statement: str) -> str:
        """As superuser; rows as psql's unaligned text."""
        return self.embedded.postgres.sql(statement, database="lotse")

    def rows(self, statement: str) -> list[str]:
        return self.sql(statement).splitlines()

    @contextmanager
    def held(self, lock: str) -> Iterator[None]:
        """Whoever needs what ``lock`` takes waits inside the block."""
        connection = psycopg.connect(self.embedded.url("postgres"))
        try:
            connection.execute(lock)
            yield
        finally:
            try:
                connection.rollback()
            except psycopg.OperationalError:  # the server was killed meanwhile
                pass
            connection.close()

    def wait_for_waiter(self, name: str, running: Future[Any] | None = None) -> None:
        """Until a transaction of this process waits for a lock; an error of ``running`` is raised here."""
        waits = f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '{name}' LIMIT 1"

        def is_waiting() -> bool:
            if running is not None and running.done():
                raise AssertionError(f"nothing waited; it was: {running.result()}")
            return self.sql(waits) != ""

        wait_until(is_waiting, f"{name} to be in the middle of a transaction")

    def revive(self) -> None:
        for name, child in self.children.items():
            if child.ended is not None:
                self.start(name)


@cache
def battered(config: pytest.Config) -> Battered:
    """One tree for all tests of this process that batter it; it ends with the run."""
    place = Path(tempfile.mkdtemp(prefix="lotse-chaos-"))
    place.chmod(0o755)
    found = Battered(place)
    config.add_cleanup(found.end)
    found.begin()
    return found
