"""The whole platform for a real browser: web and relay as processes on a database of their own, with a small demo."""

from __future__ import annotations

import fcntl
import http.client
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urljoin

from cluster import CHECKOUT, TEMPLATE, WORKER, environment
from playwright.sync_api import StorageState
from running import MEASURING
from telephone import ACCOUNT, TOKEN

from supervisor import process
from supervisor.embedded import Embedded
from supervisor.tree import HOST, free_port

DATABASE = f"lotse_e2e_{WORKER}"
WITH_DEMO = "lotse_e2e_demo"
SHARE = 0.04  # of the demo's year: enough for something on every screen
DEMO = f"""
import django; django.setup()
from django.utils import timezone
from demo.make import make_demo
make_demo(seed=3, now=timezone.localtime(), say=lambda text: None, share={SHARE})
"""


def make_demo_template(servers: Embedded) -> None:
    """Once for a test run: the first test process makes it, the others wait for it."""
    with (servers.data.root / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if servers.postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{WITH_DEMO}'"):
            return
        site = Site(servers, database=f"{WITH_DEMO}_unfinished")
        site.create_database(TEMPLATE)
        site.run("-c", DEMO)
        # Nobody was connected during the invented year; delivered now, its events would keep every page busy.
        servers.postgres.sql("DELETE FROM journal_outbox", database=site.database)
        servers.postgres.sql(f'ALTER DATABASE "{site.database}" RENAME TO "{WITH_DEMO}"')


@dataclass
class Site:
    """A running platform. Its processes can be killed and started again."""

    servers: Embedded
    database: str = DATABASE
    has_demo: bool = True
    port: int = field(default_factory=lambda: free_port(0))
    provider_port: int = field(default_factory=lambda: free_port(0))
    """Where a test may let a telephone provider answer."""
    children: dict[str, process.Child] = field(default_factory=dict)
    sessions: dict[str, StorageState] = field(default_factory=dict)
    """Of those who have signed in, by handle."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def address(self, path: str) -> str:
        return urljoin(self.url, path)

    def begin(self) -> None:
        if self.has_demo:
            make_demo_template(self.servers)
        self.create_database(WITH_DEMO if self.has_demo else TEMPLATE)
        self.start("web")
        self.start("relay")

    def create_database(self, template: str) -> None:
        self.servers.postgres.sql(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}" OWNER lotse_owner')
        self.servers.postgres.make_database(self.database)

    def end(self) -> None:
        for child in self.children.values():
            child.stop()
        self.servers.postgres.sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def start(self, name: str) -> None:
        """Start it; the web answers when this returns."""
        commands = {
            "web": ["-m", "config.web", "--host", HOST, "--port", str(self.port)],
            "relay": ["manage.py", "relay"],
            "worker": ["-m", "celery", "--quiet", "-A", "config", "worker", "--pool=threads", "--concurrency=2"],
        }
        role = "lotse_web" if name == "web" else "lotse_worker"
        command = [sys.executable, *commands[name]]
        self.children[name] = process.start(
            name, command, environment=self._environment(role), directory=CHECKOUT, patience=3
        )
        if name == "web":
            self._wait_for_web()

    def kill(self, name: str) -> None:
        """SIGKILL, and wait until it is gone."""
        self.children[name].kill_group()
        self.children[name].popen.wait()

    def run(self, *arguments: str) -> str:
        """Run Python to its end, as the worker's role; what it printed."""
        environment = self._environment("lotse_worker")
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env=environment, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def count(self, kind: str, subject: str) -> int:
        """How many events of this kind the journal holds about the subject."""
        statement = f"SELECT count(*) FROM journal_event WHERE kind = '{kind}' AND subject = '{subject}'"
        return int(self.servers.postgres.sql(statement, database=self.database))

    def _environment(self, role: str) -> dict[str, str]:
        own = environment(self.servers.data.root, self.database, role, queues=1)
        telephone = {
            "LOTSE_TELEPHONY_ACCOUNT": ACCOUNT,
            "LOTSE_TELEPHONY_TOKEN": TOKEN,
            "LOTSE_TELEPHONY_API_URL": f"http://{HOST}:{self.provider_port}",
        }
        public = {"LOTSE_PUBLIC_BASE_URL": self.url.rstrip("/"), "PYTHONUNBUFFERED": "1"}
        ours = {name: value for name, value in os.environ.items() if not name.startswith(MEASURING)}
        return {**ours, **own, **telephone, **public}

    def _wait_for_web(self, patience: float = 60.0) -> None:
        until = time.monotonic() + patience
        while not self._answers():
            assert self.children["web"].ended is None, "the web has ended"
            assert time.monotonic() < until, "the web does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
