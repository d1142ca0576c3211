"""Loads the postal codes that are part of Lotse."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from regions.loading import load_regions, load_shipped_postal_codes


class Command(BaseCommand):
    help = "Load the postal codes that come with Lotse (Germany, France, Belgium) and their regions. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--country", action="append", choices=["DE", "FR", "BE"], help="default: all three")

    def handle(self, *args: Any, **options: Any) -> None:
        countries = options["country"] or ["DE", "FR", "BE"]
        load_regions(countries)
        self.stdout.write(f"{load_shipped_postal_codes(countries)} postal codes")
