"""Compares policies.py and sql/ with a database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from foundation.privacy.database_check import differences


class Command(BaseCommand):
    help = "Compares the database's policies, functions, triggers, owners and privileges with what is declared."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError with one line for each difference. Locks every table for about a second."""
        connection.ensure_connection()
        try:
            found = differences(connection.connection)
        except InsufficientPrivilege as error:
            raise CommandError(f"This is done as lotse_owner, the owner of the tables: {error}") from None
        if found:
            raise CommandError("\n".join(["The database is not as declared:", *found]))
        self.stdout.write("The database is as declared.")
