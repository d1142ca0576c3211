"""What has to be right before the processes start, in one process: checks, migrations, and what the demo offers.

`python -m config.prepare REPORT` runs as the owner of the database and writes a JSON report for the supervisor.
Whatever stops it is one line on stderr.
"""

from __future__ import annotations

import json
import sys
from io import StringIO
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def main(report: Path) -> None:
    try:
        django.setup()
        call_command("check", stdout=StringIO())  # what it finds it says on stderr
        _migrate()
    except DatabaseError as error:
        raise SystemExit(f"lotse: the database refuses: {_first_line(error)}") from None
    except SystemCheckError as error:
        raise SystemExit(f"lotse: {error}") from None
    except (CommandError, ImproperlyConfigured, ValueError) as error:
        raise SystemExit(f"lotse: {error}") from None
    report.write_text(json.dumps({"people": _people()}), encoding="utf-8")


def _migrate() -> None:
    """Migrate where something is left to do; looking first is quicker than the command."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
        _load_reference_data()


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


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
