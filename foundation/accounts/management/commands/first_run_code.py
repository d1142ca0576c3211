"""Prints a new one-time code for the first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.accounts.first_run import SetUpAlready, new_first_run_code


class Command(BaseCommand):
    help = "Shows a new one-time code with which an empty installation's first administrator is made in the browser."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="say nothing where somebody can sign in already")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = new_first_run_code()
        except SetUpAlready:
            if options["if_empty"]:
                return
            raise CommandError(
                "Somebody can sign in already. An administrator adds users under Administration; "
                "create_administrator makes another administrator from here."
            ) from None
        self.stdout.write(f"One-time code for the first administrator (valid for 24 hours): {code}")
