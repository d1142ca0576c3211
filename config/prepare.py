"""Prepares the start, in one process: checks, migrations, and the list of demo users.

`python -m config.prepare REPORT` runs as the owner of the database and writes a JSON report for the supervisor.
Errors are one line on stderr.
"""

from __future__ import annotations

import json
import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import environment
from config.servers import in_one_line, require_database, require_redis

#: The addresses of all roles, so that a wrong one is reported before any process starts.
ADDRESSES = ("LOTSE_OWNER_DATABASE_URL", "LOTSE_WEB_DATABASE_URL", "LOTSE_WORKER_DATABASE_URL")


def main(report: Path) -> None:
    try:
        django.setup()
        for variable in ADDRESSES:
            if variable in os.environ:
                require_database(environment.database(os.environ, variable))
        require_redis()
        with in_one_line():
            call_command("check", stdout=StringIO())  # what it finds it says on stderr
            _migrate()
    except SystemCheckError as error:
        raise SystemExit(f"lotse: {error}") from None
    except (CommandError, ImproperlyConfigured, ValueError) as error:
        raise SystemExit(f"lotse: {error}") from None
    report.write_text(json.dumps({"people": _people()}), encoding="utf-8")


def _migrate() -> None:
    """Migrate if there are unapplied migrations; checking first is faster than the command."""
    from foundation.journal.actions import store_kinds  # their models need the apps
    from foundation.privacy.actions import store_signing_keys

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
        _load_reference_data()
    else:
        store_kinds()
        store_signing_keys()  # the secret key may be another one than at the last start


def _load_reference_data() -> None:
    """A new database gets the region tree and the postal codes that come with Lotse."""
    from regions.models import PostalCode, Region

    if not Region.objects.exists():
        call_command("load_regions", stdout=StringIO())
    if not PostalCode.objects.exists():
        call_command("load_postal_codes", stdout=StringIO())


def _people() -> list[tuple[str, str, str]]:
    """The demo's users as (email, role, password)."""
    from demo.people import PEOPLE  # its roles' names need the apps

    return PEOPLE


if __name__ == "__main__":
    main(Path(sys.argv[1]))
