"""The demo of a data directory: made once, again if it was interrupted, and never over real data."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from supervisor import preparation, process
from supervisor.data import DataDirectory
from supervisor.embedded import DATABASE, Embedded
from supervisor.errors import Refused

HOLDS_REAL_DATA = f"""
DO $$ BEGIN
    IF to_regclass('accounts_organisation') IS NOT NULL THEN
        IF EXISTS (SELECT FROM accounts_organisation WHERE NOT is_demo) THEN
            RAISE EXCEPTION 'the database {DATABASE} holds an organisation that is not part of the demo';
        END IF;
    END IF;
END $$
"""


def start_over_if_cut_off(embedded: Embedded) -> None:
    """Drop the database when a demo was begun in it and not finished. Raises Refused when it holds anything else."""
    data = embedded.data
    if (data.root / "demo-begun").exists() and not (data.root / "demo-made").exists():
        if embedded.postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
            embedded.postgres.sql(HOLDS_REAL_DATA, database=DATABASE)
            embedded.postgres.sql(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
        embedded.forget_preparation()
        preparation.forget(data)
        leave_alone(data)


def leave_alone(data: DataDirectory) -> None:
    """Mark the data as real, because `up` was started without the demo; they are never dropped from then on."""
    (data.root / "demo-begun").unlink(missing_ok=True)


def start(data: DataDirectory, environment: Mapping[str, str]) -> process.Child | None:
    """The process that makes the demo; None where it was made before, so that a second start loses no time."""
    if (data.root / "demo-made").exists():
        return None
    (data.root / "demo-begun").touch()
    command = [sys.executable, "manage.py", "demo", "--if-empty"]
    return process.start("demo", command, environment=environment, directory=preparation.CHECKOUT)


def wait(data: DataDirectory, child: process.Child) -> None:
    """Wait until it is made. Raises Refused when it could not be."""
    if child.popen.wait():
        raise Refused("The demo could not be made; `./lotse up --no-demo` starts without it.")
    (data.root / "demo-made").touch()
