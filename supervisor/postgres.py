"""The embedded PostgreSQL: a private socket, no TCP, small settings, and no data in its log.

The kernel tells PostgreSQL which account of the machine is at the other end of the socket ("peer"): the one that runs
Lotse may sign in as each role, nobody else as any. No password lies on the disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import quote

from supervisor import process
from supervisor.account import Account
from supervisor.errors import Refused

ROLES = Path(__file__).resolve().parent.parent / "config" / "roles.sql"
SUPERUSER = "postgres"
HERE = "/proc/self/cwd"
"""The directory in which a process was started; it leads there also where the directories above are shut to it."""

#: Replaced at each start: until November 2026 everybody was let in who reached the socket.
RULES = """\
# Written by Lotse at each start.
local all all peer map=lotse
"""
ACCOUNTS = """\
# Written by Lotse at each start. "all": as each role.
lotse "{account}" all
"""

SMALL = {
    "shared_buffers": "32MB",
    "max_connections": "60",
    "io_method": "sync",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "timezone": "UTC",
}
# Statements, parameters and the DETAIL of errors may contain personal data, so they are not logged.
DISCREET = {
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Hundreds of databases are copied from a template.
    "shared_buffers": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Postgres:
    programs: Path
    data: Path
    socket: Path
    """The directory of the socket."""
    log: Path
    account: Account
    hasty: bool = False
    """For tests: quick, and a crash of the machine loses everything."""
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> process.Child:
        """Start on new or existing data and wait for a real connection. Raises Refused with the reason."""
        self._make_cluster()
        self._wait_for_predecessors()
        self._say_who_may_sign_in()
        settings = {**SMALL, **DISCREET, **(HASTY if self.hasty else {}), **self.settings}
        with self.log.open("ab") as log:
            child = process.start(
                "postgres",
                [self.programs / "postgres", "-D", HERE, "-k", self.socket, *_options(settings)],
                environment=_environment(),
                directory=self.data,
                account=self.account,
                log=log,
                stop_signal=signal.SIGINT,
                orphan_signal=signal.SIGINT,
            )
        self._wait_for_connection(child)
        return child

    def url(self, database: str, role: str) -> str:
        return f"postgres://{role}@/{database}?host={quote(str(self.socket), safe='')}"

    def sql(self, statement: str, *, database: str = "postgres", role: str = SUPERUSER) -> str:
        """Run SQL through psql and return its output. Raises Refused with the server's message."""
        done = self._psql(statement, database, role)
        if done.returncode:
            raise Refused(f"PostgreSQL: {done.stderr.strip()}")
        return done.stdout.strip()

    def make_database(self, name: str) -> None:
        """The database with roles, extensions and schemas; what is there already stays."""
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.sql(f'CREATE DATABASE "{name}"')
        self.sql(ROLES.read_text(encoding="utf-8"), database=name)

    def _psql(self, statement: str, database: str, role: str) -> CompletedProcess[str]:
        connection: list[process.Part] = ["-h", self.socket, "-U", role, "-d", database]
        command = [self.programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *connection]
        return process.run(command, directory=self.socket, text=statement)

    def _make_cluster(self) -> None:
        """Run initdb in a temporary directory and rename it, so that an interrupted initdb leaves no cluster."""
        if self.data.exists():
            return
        new = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        self.account.own_directory(new)
        kind = ["-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer"]
        command: list[process.Part] = [
            self.programs / "initdb",
            "-D",
            HERE,
            *kind,
            *(["--no-sync"] if self.hasty else []),
        ]
        done = process.run(command, directory=new, account=self.account)
        if done.returncode:
            raise Refused(f"initdb failed: {done.stderr.strip()}")
        os.rename(new, self.data)

    def _say_who_may_sign_in(self) -> None:
        """Written anew, so that it holds for older clusters and for the account that starts it today."""
        name = pwd.getpwuid(os.geteuid()).pw_name
        for file, text in (("pg_hba.conf", RULES), ("pg_ident.conf", ACCOUNTS.format(account=name))):
            self.account.replace_file(self.data / file, text)

    def _wait_for_predecessors(self, patience: float = 20.0) -> None:
        """Wait for servers of a killed supervisor to end, then remove the pid file that they may have left.

        The caller holds the lock on the data directory, so nobody else can be starting here.
        """
        until = time.monotonic() + patience
        while any(working_in(self.data)):
            if time.monotonic() > until:
                raise Refused(f"A PostgreSQL of an earlier run still works in {self.data}.")
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _wait_for_connection(self, child: process.Child, patience: float = 60.0) -> None:
        until = time.monotonic() + patience
        while self._psql("SELECT 1", "postgres", SUPERUSER).returncode:
            if child.ended is not None or time.monotonic() > until:
                child.stop()
                raise Refused(f"PostgreSQL did not start; the last lines of {self.log}:\n{_tail(self.log)}")
            time.sleep(0.02)


def _environment() -> dict[str, str]:
    kept = ("PATH", "TZ", "TMPDIR")
    return {"LC_ALL": "C.UTF-8", **{name: os.environ[name] for name in kept if name in os.environ}}


def _options(settings: dict[str, str]) -> Iterator[str]:
    yield from ("-c", "listen_addresses=", "-c", "unix_socket_permissions=0700")
    for name, value in settings.items():
        yield from ("-c", f"{name}={value}")


def working_in(directory: Path) -> Iterator[int]:
    """Processes whose working directory is `directory`, as that of every PostgreSQL process is its data."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").samefile(directory):
                yield int(entry.name)
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue


def _tail(path: Path, lines: int = 8) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
