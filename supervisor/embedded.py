"""The embedded servers of one data directory, started and stopped together."""

from __future__ import annotations

from dataclasses import dataclass, field

from supervisor import binaries
from supervisor.data import DataDirectory
from supervisor.postgres import ROLES, Postgres
from supervisor.process import Child
from supervisor.valkey import Valkey

DATABASE = "lotse"
FORGET_HEARTBEATS = """
DO $$ BEGIN
    IF to_regclass('journal_heartbeat') IS NOT NULL THEN DELETE FROM journal_heartbeat; END IF;
END $$
"""


@dataclass
class Embedded:
    data: DataDirectory
    hasty: bool = False
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        account = self.data.account
        home = self.data.servers
        sockets = self.data.sockets
        found = binaries.find(account)
        self.postgres = Postgres(
            found.postgres, home / "postgres", sockets, self.data.log("postgres"), account, self.hasty
        )
        self.valkey = Valkey(found.valkey, home / "valkey", sockets / "valkey", self.data.log("valkey"), account)

    def start(self, *, database: bool = True, broker: bool = True) -> None:
        """Start the requested servers and wait until they respond."""
        _ = self.data.sockets  # made again after a stop
        if database:
            self.children.append(self.postgres.start())
        if broker:
            self.children.append(self.valkey.start())

    def stop(self) -> None:
        """Valkey first, PostgreSQL last. Nothing stays outside the data directory."""
        while self.children:
            self.children.pop().stop()
        self.data.leave_far_sockets()

    def url(self, role: str, database: str = DATABASE) -> str:
        return self.postgres.url(database, role)

    def prepare_database(self) -> None:
        """Database, roles, extensions; skipped when roles.sql is the one that was run here last."""
        mark = self.data.root / "roles-made"
        wanted = ROLES.read_text(encoding="utf-8")
        if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
            self.postgres.make_database(DATABASE)
            mark.write_text(wanted, encoding="utf-8")

    def forget_preparation(self) -> None:
        """Make the next start prepare the database again."""
        (self.data.root / "roles-made").unlink(missing_ok=True)

    def forget_heartbeats(self) -> None:
        """Delete heartbeats of the last run, with which this one would seem ready too early."""
        self.postgres.sql(FORGET_HEARTBEATS, database=DATABASE)
