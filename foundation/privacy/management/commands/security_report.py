"""Prints what the database lets each role do, and the holes in it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from foundation.privacy.security_report import report


class Command(BaseCommand):
    help = "Prints every table, policy, function, role and privilege of the database; ends with 1 if there is a hole."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program")
        parser.add_argument("--short", action="store_true", help="the holes only")

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError with one line for each hole. Locks every table for about a second."""
        connection.ensure_connection()
        try:
            found = report(connection.connection)
        except InsufficientPrivilege as error:
            raise CommandError(f"This is done as lotse_owner, the owner of the tables: {error}") from None
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict(), indent=1))
        elif not options["short"]:
            self.stdout.write("\n".join(found.lines()))
        if found.holes:
            raise CommandError("\n".join([f"{len(found.holes)} holes in the database:", *found.holes]))
        if options["short"]:
            self.stdout.write("\n".join([*(f"not checked: {what}" for what in found.not_checked), "No hole."]))
