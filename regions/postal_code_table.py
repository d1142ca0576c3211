"""Postal codes as people write them, and tables of them as files bring them. No database here."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

COLUMNS = ("country", "postal_code", "place", "region_code")
PATTERNS = {
    "DE": re.compile(r"[0-9]{5}"),
    "FR": re.compile(r"[0-9]{5}"),
    "BE": re.compile(r"[0-9]{4}"),
    "AT": re.compile(r"[0-9]{4}"),
    "CH": re.compile(r"[0-9]{4}"),
    "LU": re.compile(r"[0-9]{4}"),
    "NL": re.compile(r"[0-9]{4}"),
}
_ANY = re.compile(r"[A-Z0-9]{2,10}")
_PREFIX = re.compile(r"^(?:D|DE|F|FR|FX|B|BE|A|AT|CH|L|LU|NL)-?(?=[0-9])")
_DUTCH_LETTERS = re.compile(r"^([0-9]{4})[A-Z]{2}$")


@dataclass(frozen=True)
class Row:
    """One postal code in one region."""

    country: str
    code: str
    places: str
    region: str
    is_main: bool


@dataclass(frozen=True)
class Problem:
    """What is wrong where: `line` counts from 1 with the header, as an editor shows it."""

    line: int
    column: str
    reason: str
    value: str


class BadTable(Exception):
    """The file cannot be taken; nothing of it was written."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def normalise(country: str, code: str) -> str:
    """ "D-01067" and " 01067 " are 01067; a Dutch "1011 AB" is 1011, since its letters name a street."""
    plain = _PREFIX.sub("", re.sub(r"\s", "", code).upper())
    return _DUTCH_LETTERS.sub(r"\1", plain) if country == "NL" else plain


def is_well_formed(country: str, code: str) -> bool:
    """Whether a normalised code has the shape of the country's codes."""
    return PATTERNS.get(country, _ANY).fullmatch(code) is not None


def read(lines: Iterable[str], *, country: str | None, regions: Mapping[str, str]) -> list[Row]:
    """Read and check a whole CSV file.

    `regions` gives the country of each known region code; with `country`, rows of other countries are wrong.
    Where no row of a code, or more than one, is called the main one, the first of them is.
    Raises BadTable with every problem found.
    """
    reader = csv.DictReader(lines)
    problems = [Problem(1, column, "missing", "") for column in COLUMNS if column not in (reader.fieldnames or [])]
    rows: dict[tuple[str, str, str], Row] = {}
    for record in reader if not problems else ():
        found = list(_check(record, reader.line_num, country, regions)) or list(_add(record, reader.line_num, rows))
        problems += found
    if not rows and not problems:
        problems = [Problem(1, "postal_code", "empty", "")]
    if problems:
        raise BadTable(problems)
    return _with_one_main(rows.values())


def _add(record: Mapping[str, str | None], line: int, rows: dict[tuple[str, str, str], Row]) -> Iterator[Problem]:
    row = _row(record)
    key = row.country, row.code, row.region
    if key in rows:
        yield Problem(line, "postal_code", "repeated", row.code)
    rows.setdefault(key, row)


def _check(
    record: Mapping[str, str | None], line: int, country: str | None, regions: Mapping[str, str]
) -> Iterator[Problem]:
    values = {column: (record.get(column) or "").strip() for column in (*COLUMNS, "main")}
    for column in COLUMNS:
        if not values[column]:
            yield Problem(line, column, "empty", "")
    if country and values["country"] and values["country"] != country:
        yield Problem(line, "country", "other_country", values["country"])
    code = normalise(values["country"], values["postal_code"])
    if code and not is_well_formed(values["country"], code):
        yield Problem(line, "postal_code", "malformed", values["postal_code"])
    if values["region_code"] and regions.get(values["region_code"]) != values["country"]:
        yield Problem(line, "region_code", "unknown_region", values["region_code"])
    if values["main"] not in {"", "yes", "no"}:
        yield Problem(line, "main", "not_yes_or_no", values["main"])


def _row(record: Mapping[str, str | None]) -> Row:
    country, code, place, region = ((record[column] or "").strip() for column in COLUMNS)
    return Row(country, normalise(country, code), place, region, (record.get("main") or "").strip() != "no")


def _with_one_main(rows: Collection[Row]) -> list[Row]:
    main: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: not row.is_main):
        main.setdefault((row.country, row.code), row)
    return [replace(row, is_main=main[row.country, row.code] is row) for row in rows]
