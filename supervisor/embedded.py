"""The embedded servers of one data directory, started and stopped together."""

from __future__ import annotations

from dataclasses import dataclass, field

from supervisor import binaries
from supervisor.data import DataDirectory
from supervisor.postgres import Postgres
from supervisor.process import Child
from supervisor.valkey import Valkey

DATABASE = "lotse"


@dataclass
class Embedded:
    data: DataDirectory
    hasty: bool = False
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        account, home, sockets = self.data.account, self.data.servers, self.data.sockets
        found = binaries.find(account)
        self.postgres = Postgres(
            found.postgres, home / "postgres", sockets, self.data.log("postgres"), account, self.hasty
        )
        self.valkey = Valkey(found.valkey, home / "valkey", sockets / "valkey", self.data.log("valkey"), account)

    def start(self, *, database: bool = True, broker: bool = True) -> None:
        """Start what is asked for and wait until it answers."""
        if database:
            self.children.append(self.postgres.start())
        if broker:
            self.children.append(self.valkey.start())

    def stop(self) -> None:
        """Valkey first, PostgreSQL last."""
        while self.children:
            self.children.pop().stop()

    def url(self, role: str, database: str = DATABASE) -> str:
        return self.postgres.url(database, role)
