"""Loads the region trees of countries."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regions.administrative_tree import COUNTRIES
from regions.loading import load_regions


class Command(BaseCommand):
    help = "Load the region tree of the countries (ISO 3166-2). Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--country", action="append", help="two letters; may be repeated; default: all seven")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_regions(options["country"] or COUNTRIES)
        except LookupError as error:
            raise CommandError(f"no such country: {error.args[0]}") from error
        self.stdout.write(f"{count} regions")
