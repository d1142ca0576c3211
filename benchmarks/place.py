"""The benchmarks' servers, a database for each scale, and the processes of Lotse on them."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.browser import Browser
from benchmarks.inside import Inside
from supervisor import process
from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import OWNER, WEB, WORKER, Outside, shared
from supervisor.errors import Refused
from supervisor.postgres import SUPERUSER
from supervisor.preparation import CHECKOUT
from supervisor.tree import HOST, free_port

OURS = ("LOTSE_", "DATABASE_URL", "REDIS_URL", "CELERY_", "DJANGO_")
PASSWORD = "benchmarks measure invented people"  # noqa: S105  of people who exist nowhere else
CENTRE = "Benchmark Centre"
OTHER_CENTRE = "Other Benchmark Centre"
#: An account of the telephone provider that does not exist, at an address where nobody answers.
TELEPHONY = {
    "LOTSE_TELEPHONY_ACCOUNT": "AC" + "0" * 32,
    "LOTSE_TELEPHONY_TOKEN": "a token that nobody uses",
    "LOTSE_TELEPHONY_PUBLIC_URL": "https://lotse.example",
    "LOTSE_TELEPHONY_API_URL": "http://127.0.0.1:9",
}
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass
class Place:
    """The embedded servers on a data directory, as `./lotse up` starts them. Raises Refused when it is in use."""

    root: Path
    scales: list[Scale] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = DataDirectory.open(self.root, for_servers())
        if self.data.lock() is None:
            raise Refused(f"Another run already uses {self.root}.")
        self.embedded = Embedded(self.data)
        self.given = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            self.embedded.start()
            yield
        finally:
            for scale in self.scales:
                scale.stop()
            self.embedded.stop()

    def environment(self, database: str, role: str) -> dict[str, str]:
        """The variables of a process of Lotse on this database."""
        common = shared(self.embedded, Outside(self.given), port=None, demo=False)
        return {
            **common,
            **TELEPHONY,
            "DATABASE_URL": self.embedded.url(role, database),
            "LOTSE_CHANNEL_PREFIX": database,
        }


@dataclass
class Scale:
    """The database with so many contacts."""

    place: Place
    contacts: int
    suffix: str = ""
    _stop: list[Any] = field(default_factory=list)
    _sessions: dict[str, Browser] = field(default_factory=dict)
    _web: int = 0

    @property
    def database(self) -> str:
        return f"lotse_{self.contacts}{self.suffix}"

    @property
    def words(self) -> str:
        """As people say it: 200k, 1M."""
        for step, letter in ((1_000_000, "M"), (1000, "k")):
            if self.contacts >= step and self.contacts % (step // 10) == 0:
                return f"{self.contacts / step:g}{letter}"
        return str(self.contacts)

    @property
    def mark(self) -> Path:
        """The file that marks the database as complete, with the fingerprint of schema and generator."""
        return self.place.root / f"{self.database}.made"

    @property
    def is_made(self) -> bool:
        return self.mark.exists() and self.mark.read_text(encoding="utf-8") == fingerprint()

    def address(self, role: str = SUPERUSER) -> str:
        """As superuser, who may act without the application's signature; with the rights of another role."""
        address = self.place.embedded.url(SUPERUSER, self.database)
        return address if role == SUPERUSER else f"{address}&options=-crole%3D{role}"

    def connect(self, role: str = SUPERUSER, **options: Any) -> Connection:
        """By default as superuser, past row-level security; each statement is a transaction."""
        return psycopg.connect(self.address(role), autocommit=True, **options)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, as superuser."""
        with self.connect() as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def do(self, statement: str, *values: Any) -> None:
        """As superuser."""
        with self.connect() as connection:
            connection.execute(statement.encode(), values or None)

    def environment(self, role: str) -> dict[str, str]:
        return self.place.environment(self.database, role)

    def prepare(self) -> None:
        """A new database with schema, regions and postal codes; an older one goes."""
        postgres = self.place.embedded.postgres
        self.mark.unlink(missing_ok=True)
        postgres.sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        postgres.make_database(self.database)
        command: list[process.Part] = [sys.executable, "-m", "config.prepare", self.place.root / "report.json"]
        child = process.start("prepare", command, environment=self.environment(OWNER), directory=CHECKOUT)
        if child.popen.wait():
            raise Refused(f"The database {self.database} could not be prepared.")

    def copy(self, suffix: str = "_written") -> Scale:
        """A copy for writing, which is dropped after the run; the original is kept unchanged."""
        self.stop()  # the copied database must have no connections
        copied = Scale(self.place, self.contacts, suffix)
        self.place.scales.append(copied)
        postgres = self.place.embedded.postgres
        postgres.sql(f'DROP DATABASE IF EXISTS "{copied.database}" WITH (FORCE)')
        postgres.sql(f'CREATE DATABASE "{copied.database}" TEMPLATE "{self.database}" STRATEGY FILE_COPY')
        postgres.make_database(copied.database)
        return copied

    def drop(self) -> None:
        self.stop()
        self.place.embedded.postgres.sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def _inside(self, role: str) -> Inside:
        inside = Inside(self.environment(role))
        self._stop.append(inside)
        return inside

    @cached_property
    def web_role(self) -> Inside:
        """Django as the web's role."""
        return self._inside(WEB)

    @cached_property
    def worker_role(self) -> Inside:
        """Django as the worker's role."""
        return self._inside(WORKER)

    @cached_property
    def port(self) -> int:
        """Of `python -m config.web` on this database, which is started by the first question."""
        port = free_port(0)
        command = [sys.executable, "-m", "config.web", "--host", HOST, "--port", str(port)]
        environment = {**self.environment(WEB), "LOTSE_PUBLIC_BASE_URL": f"http://{HOST}:{port}"}
        child = process.start("web", command, environment=environment, directory=CHECKOUT, patience=5)
        self._stop.append(child)
        self._web = child.popen.pid
        _wait_for_answer(child, port)
        return port

    def web_processor_time(self) -> float:
        """Seconds that the web's processes have used since they began."""
        own = f"/proc/{self._web}/task/{self._web}/children"
        children = Path(own).read_text(encoding="ascii").split()
        used = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in children]
        return sum(int(one[11]) + int(one[12]) for one in used) / os.sysconf("SC_CLK_TCK")

    @cached_property
    def centre(self) -> int:
        return int(self.ask("select id from accounts_organisation where name = %s", CENTRE)[0][0])

    @cached_property
    def postal_codes(self) -> list[str]:
        """A few hundred existing postal codes, in arbitrary order."""
        rows = self.ask(
            "select code from regions_postalcode where country = 'DE' and is_main order by md5(code) limit 500"
        )
        return [code for (code,) in rows]

    @cached_property
    def people(self) -> dict[str, int]:
        """Keys of users by email."""
        return dict(self.ask("select email, id from accounts_user where service = '' order by id"))

    def browser(self, email: str) -> Browser:
        """Signed in; once a run, since signing in is slow by intention."""
        if email not in self._sessions:
            self._sessions[email] = Browser.signed_in(self.port, email, PASSWORD)
        return self._sessions[email].again()

    def stop(self) -> None:
        """Stop its processes; they start again when needed."""
        for started in ("web_role", "worker_role", "port"):
            self.__dict__.pop(started, None)
        self._sessions.clear()
        while self._stop:
            self._stop.pop().stop()


def fingerprint() -> str:
    """Changes with the schema and with what makes the rows."""
    paths = [
        *CHECKOUT.glob("*/migrations/*.py"),
        *CHECKOUT.glob("*/*/migrations/*.py"),
        *(CHECKOUT / "benchmarks" / name for name in ("generate.py", "rows.py", "staff.py")),
    ]
    seen = hashlib.sha256()
    for path in sorted(paths):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _wait_for_answer(child: process.Child, port: int, patience: float = 60.0) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            Browser(port).get("/healthz")
            return
        except OSError:
            if child.ended is not None or time.monotonic() > until:
                raise Refused("The web process did not start.") from None
            time.sleep(0.05)
