"""Adds a centre's past to its figures, from a CSV file."""

from __future__ import annotations

import csv
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from reporting.figures.file_kinds import BEGINNING, EXPECTED, kind_of
from reporting.figures.importing import import_past
from reporting.figures.mapping import LONGEST_MAPPING, Unusable, read_mapping
from reporting.figures.past_rows import Cause, FormatProblem, ImportedFile, Past, add_up, shown
from reporting.figures.reference_data import known_for, refuse_doubles

SHOWN = 20
EVERY = 0.1  # seconds between two updates of the progress bar
WIDTH = 30


class Command(BaseCommand):
    help = "Add a centre's past to its figures, from a CSV file: all of it or nothing. See docs/import.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="YAML: which column says what")
        parser.add_argument("--centre", required=True, help="the centre's id or name")
        parser.add_argument("--by", required=True, help="e-mail of the coordinator who answers for it")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--report", type=Path, help="CSV file for what is wrong, row by row")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"] in (options["file"], options["mapping"]):
            raise CommandError("The report would be written over what it reports on. Nothing was written.")
        centre = centre_of(options["centre"])
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None or not can(by, Permission.FIGURES_READ, centre.pk):
            raise CommandError(f"{options['by']} is no coordinator of {centre.name}. Nothing was written.")
        try:
            past = self._read(centre, options["file"], options["mapping"])
            self._tell(past, options["report"])
            self._write(past, centre, by, dry=options["dry_run"])
        except Unusable as problem:
            raise CommandError(f"{problem} Nothing was written.") from problem
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}. Nothing was written.") from error

    def _read(self, centre: Organisation, path: Path, mapping_path: Path) -> Past:
        with acting_as(service_user(Service.STATISTICS), purpose="import"):
            lists = known_for(centre)
        refuse_other_kinds(path)
        mapping = read_mapping(text_of(mapping_path), lists)
        with path.open("rb", buffering=0) as raw:
            bar = ProgressBar(self, path.stat().st_size)
            past = add_up(ImportedFile(raw), mapping, lists, bar)
            bar.end(past.rows)
        return past

    def _tell(self, past: Past, report: Path | None) -> None:
        if report:
            write_report(report, past.problems)
        if not past.wrong:
            return
        causes = list(past.causes.values())
        for cause in causes[:SHOWN]:
            self.stdout.write(sentence(cause))
        if len(causes) > SHOWN:
            self.stdout.write(f"... and {len(causes) - SHOWN:,} other causes" + (f", see {report}" if report else ""))
        if report and past.wrong > len(past.problems):
            self.stdout.write(f"The report names the first {len(past.problems):,}.")
        problems = f"{past.wrong:,} problem{'s' if past.wrong > 1 else ''}"
        of_causes = f" of {len(causes):,} cause{'s' if len(causes) > 1 else ''}" if past.wrong > 1 else ""
        raise CommandError(f"{problems}{of_causes} in {past.rows:,} rows. Nothing was written.")

    def _write(self, past: Past, centre: Organisation, by: User, *, dry: bool) -> None:
        for line in summary(past):
            self.stdout.write(line)
        if dry:
            with acting_as(service_user(Service.STATISTICS), purpose="import"):
                refuse_doubles(centre, past)
            self.stdout.write("No problems. Nothing was written: this was a dry run.")
            return
        with acting_as(service_user(Service.STATISTICS), purpose="import"):
            made = import_past(by=by, centre=centre, past=past)
        self.stdout.write(f"Added to the figures of {centre.name} as import {made.pk}.")


class ProgressBar:
    """A progress bar on one line of a terminal; prints nothing elsewhere."""

    def __init__(self, command: BaseCommand, size: int) -> None:
        self._out = command.stdout
        self._size = size
        self._at = 0.0
        self._began = time.monotonic()

    def __call__(self, passed: int, rows: int) -> None:
        if not self._out.isatty() or time.monotonic() - self._at < EVERY:
            return
        self._at = time.monotonic()
        done = min(passed / self._size, 1.0) if self._size else 1.0
        bar = "#" * int(done * WIDTH)
        self._out.write(f"\r[{bar:<{WIDTH}}] {done:4.0%}  {passed:,} of {self._size:,} bytes  {rows:,} rows", ending="")
        self._out.flush()

    def end(self, rows: int) -> None:
        self._at = 0.0
        self(self._size, rows)
        if self._out.isatty():
            self._out.write("")
            self._out.write(f"Read in {time.monotonic() - self._began:.1f} s.")


def centre_of(text: str) -> Organisation:
    """Raises CommandError."""
    centres = Organisation.objects.filter(kind=OrganisationKind.CENTRE)
    found = list(centres.filter(pk=int(text)) if text.isascii() and text.isdigit() else centres.filter(name=text))
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{centre.pk} ({centre.name})" for centre in centres)
    raise CommandError(f"There is {'more than one' if found else 'no'} centre {text}. Centres: {known or 'none'}.")


def text_of(path: Path) -> str:
    """Raises Unusable and OSError."""
    refuse_other_kinds(path)
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(LONGEST_MAPPING + 1)
    except UnicodeDecodeError as error:
        raise Unusable("The mapping is not UTF-8.") from error


def summary(past: Past) -> list[str]:
    groups: Counter[str] = Counter()
    for (measure, _month, key), number in past.counts.items():
        if measure in ("caller_group", "other_kind"):
            groups[key if measure == "caller_group" else f"(no counselling: {key})"] += number
    rows = f"{past.rows:,} rows, {past.contacts:,} contacts, {past.first} to {past.last}"
    return [rows, *(f"  {group:<30} {number:>12,}" for group, number in groups.most_common())]


def sentence(cause: Cause) -> str:
    """One cause with its rows: "rows 3, 7, 9 and 212 others, column Caller: ..."."""
    more = cause.count - len(cause.rows)
    named = [f"{row:,}" for row in cause.rows]
    rows = (
        f"{', '.join(named)} and {more:,} other{'s' if more > 1 else ''}"
        if more
        else " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    )
    column = f", column {shown(cause.column)}" if cause.column else ""
    value = f' "{shown(cause.value)}"' if cause.value else ""
    others = " (and other values)" if cause.values else ""
    return f"row{'s' if cause.count > 1 else ''} {rows}{column}:{value}{others} {cause.rule}"


def refuse_other_kinds(path: Path) -> None:
    """Raises Unusable, with the kind of the file, if it is not CSV; raises OSError."""
    if not path.is_file() and path.exists():
        raise Unusable(f"{path} is {'a directory' if path.is_dir() else 'no file'}. {EXPECTED}")
    with path.open("rb") as file:
        kind = kind_of(file.read(BEGINNING), file)
    if kind:
        raise Unusable(f"{path} is {kind}. {EXPECTED}")


def write_report(path: Path, problems: list[FormatProblem]) -> None:
    """Write the report with a byte order mark, for spreadsheets. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "value", "rule"])
        for row, column, value, rule in problems:
            writer.writerow([row, harmless(column), harmless(value), rule.value])


def harmless(value: str) -> str:
    """Prefix an apostrophe to values that a spreadsheet would take for a formula."""
    text = shown(value)
    return f"'{text}" if value[:1] in {*"=+-@\t\r\n"} or text.lstrip()[:1] in {*"=+-@"} else text
