"""Makes a fictional past from published figures."""

from __future__ import annotations

import csv
import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.arguments import number_of
from demo.published_history import DELIMITER, ENCODING, HEADER, NotPublished, history, period, published, scaled


class Command(BaseCommand):
    help = (
        "Writes an INVENTED history of a centre whose callers are divided as a published table says, to try "
        "import_past on. No row of it happened."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=Path, required=True, help="CSV: source, period, measure, category, value")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--year", default="2022-04/2023-03", help="period of the table (default: 2022-04/2023-03)")
        parser.add_argument(
            "--contacts", type=number_of(int, 1, 10_000_000), help="so many instead of as many as published"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same history for the same seed (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["source"].open(encoding="utf-8", newline="") as table:
                parts = published(table, options["year"])
            first, last = period(options["year"])
            parts = scaled(parts, options["contacts"]) if options["contacts"] else parts
            with options["out"].open("w", encoding=ENCODING, newline="") as file:
                writer = csv.writer(file, delimiter=DELIMITER)
                writer.writerow(HEADER)
                writer.writerows(history(parts, first, last, random.Random(options["seed"])))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{options['source']} is no CSV file in UTF-8.") from error
        except KeyError as error:
            raise CommandError(f"{options['source']} has no column {error}.") from error
        except (ValueError, NotPublished) as error:
            raise CommandError(str(error)) from error
        told = ", ".join(f"{number:,} {category}" for category, number in parts.items())
        self.stdout.write(f"{sum(parts.values()):,} invented contacts ({told}), {first} to {last}: {options['out']}")
