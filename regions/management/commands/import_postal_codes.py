"""Replaces a country's postal codes by those of a CSV file."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regions.loading import import_postal_codes
from regions.postal_code_table import BadTable, PostalCodeProblem

REASONS = {
    "missing": "the column is missing",
    "empty": "the cell is empty",
    "other_country": "'{value}' is not the country of this import",
    "malformed": "'{value}' does not look like a postal code of the country",
    "unknown_region": "'{value}' is not a region of the country (load_regions first)",
    "not_yes_or_no": "'{value}' is neither yes nor no",
}
SHOWN = 50


class Command(BaseCommand):
    help = "Replace a country's postal codes by those of a CSV file (country, postal_code, place, region_code)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--country", required=True, help="two letters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                count = import_postal_codes(file, country=options["country"])
        except OSError as error:
            raise CommandError(f"cannot read {options['file']}: {error.strerror}") from error
        except csv.Error as error:
            raise CommandError(f"{options['file']} is no CSV file: {error}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']} is not UTF-8 (byte {error.start})") from error
        except BadTable as error:
            raise CommandError(told(error.problems)) from error
        self.stdout.write(f"{count} postal codes")


def told(problems: list[PostalCodeProblem]) -> str:
    """The problems as lines to read, the first SHOWN of them."""
    lines = [f"line {problem.line}, {problem.column}: {sentence(problem)}" for problem in problems[:SHOWN]]
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "\n".join(["nothing was imported:", *lines, *more])


def sentence(problem: PostalCodeProblem) -> str:
    """Why the cell cannot be taken."""
    return REASONS[problem.reason].format(value=problem.value)
