"""The servers of one test run: a temporary PostgreSQL and Valkey, kept by a process beside pytest.

`python tests/cluster.py DIR` starts them, migrates the template database, writes DIR/ready (or DIR/failed with the
reason), waits for its end and removes DIR. The kernel ends it with the pytest that started it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from supervisor.account import for_servers  # noqa: E402
from supervisor.data import DataDirectory  # noqa: E402
from supervisor.embedded import Embedded  # noqa: E402

TEMPLATE = "lotse_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def servers(directory: Path) -> Embedded:
    """The servers of a test run's directory, to ask for addresses or to start them."""
    return Embedded(DataDirectory.open(directory, for_servers()), hasty=True)


def environment(directory: Path, database: str, role: str, *, queues: int = 0) -> dict[str, str]:
    """What a process of Lotse needs to run on `database` of this cluster as `role`.

    ``queues`` is 1 for processes that must not take from the queues of the test process, else 0.
    """
    embedded = servers(directory)
    number = 0 if WORKER == "main" else int(WORKER.removeprefix("gw"))
    broker = embedded.valkey.url.replace("unix://", "redis+socket://", 1)
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": embedded.url(role, database),
        "REDIS_URL": embedded.valkey.url,
        # One Valkey serves all workers, whose databases number people alike: each has its own groups and queues.
        "LOTSE_CHANNEL_PREFIX": f"lotse-{WORKER}",
        "CELERY_BROKER_URL": f"{broker}?virtual_host={(2 * number + queues) % 16}",
        "LOTSE_KEYS_FILE": str(embedded.data.keys),
        "LOTSE_SECRET_KEY_FILE": str(embedded.data.secret_key),
        "LOTSE_DATA": str(directory),
        "LOTSE_DEMO": "1",
    }


#: For past_policies.py: runs a statement as superuser, whoever is connected. In databases of tests only.
PAST_POLICIES = """
create schema tests;
create function tests.past_policies(statement text) returns void language plpgsql security definer as $body$
begin execute statement; end $body$;
grant usage on schema tests to lotse_web, lotse_worker;
"""


@dataclass(frozen=True)
class OwnDatabase:
    """A fresh, migrated database for one test; its addresses by role."""

    name: str
    web: str
    worker: str
    owner: str
    superuser: str
    servers: Embedded
    directory: Path

    def environment(self, role: str = "lotse_web") -> dict[str, str]:
        """The variables for a process of Lotse on this database."""
        return {**os.environ, **environment(self.directory, self.name, role)}

    def sql(self, statement: str, *, role: str = "postgres") -> str:
        """Run SQL beside the application, by default as superuser; rows as psql's unaligned text."""
        return self.servers.postgres.sql(statement, database=self.name, role=role)

    def make_as_installed(self) -> None:
        """Take away what no installation has: from here on past_policies.py cannot be used."""
        self.sql("drop schema tests cascade")


def make_template(embedded: Embedded) -> None:
    directory = embedded.data.root
    embedded.postgres.make_database(TEMPLATE)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
        cwd=CHECKOUT,
        env={**os.environ, **environment(directory, TEMPLATE, "lotse_owner")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrate failed:\n{done.stdout}{done.stderr}")
    embedded.postgres.sql(PAST_POLICIES, database=TEMPLATE)


def _ask_for_passwords(embedded: Embedded) -> None:
    """Members of the role `with_password` must give theirs; all others are signed in as peers."""
    embedded.postgres.sql("CREATE ROLE with_password NOLOGIN")
    rules = embedded.postgres.data / "pg_hba.conf"
    rules.write_text(f"local all +with_password scram-sha-256\n{rules.read_text()}")
    embedded.postgres.sql("SELECT pg_reload_conf()")


def keep(directory: Path) -> None:
    embedded = servers(directory)
    try:
        embedded.start()
        make_template(embedded)
        _ask_for_passwords(embedded)
        (directory / "ready").touch()
        signal.pause()
    finally:
        embedded.stop()
        shutil.rmtree(embedded.data.sockets, ignore_errors=True)
        shutil.rmtree(embedded.data.servers, ignore_errors=True)


def stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    signal.signal(signal.SIGTERM, stop)
    try:
        keep(place)
    except Exception as error:  # whatever it is, the tests must say it
        (place / "failed").write_text(str(error), encoding="utf-8")
        raise
