"""The content of a release: the frozen document, and how it is parsed. Pure functions.

The document is self-contained JSON: codes, labels and definitions in three languages, figures as published. It never
changes; a new layout is a new ``format``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language

FORMAT = 1
LANGUAGES = ("en", "fr", "de")
TOTAL = "total"
#: The stored value of a withheld figure.
WITHHELD = "withheld"

#: A rounded number; "<10" for a small one, with the limit of the release; "withheld".
Figure = int | str


class Chart(StrEnum):
    """How a table is drawn."""

    BARS = "bars"
    STACKED = "stacked"
    MAP = "map"
    NONE = "none"


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Span:
    """From the first to the last day, both included, in the centre's time zone."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def months(self) -> list[date]:
        """The first day of each month, in order."""
        whole = range(self.first.month, self.last.month + 1)
        return [date(self.first.year, month, 1) for month in whole]

    @property
    def code(self) -> str:
        """As in URLs and file names: 2026-03, 2026-Q1 or 2026."""
        if self.kind == PeriodKind.YEAR:
            return str(self.first.year)
        if self.kind == PeriodKind.QUARTER:
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Column:
    """``code``: a month as 2026-03, or "total"."""

    code: str
    label: str


@dataclass(frozen=True)
class TableRow:
    """``share``: per cent of the table's total, from the rounded figures; None if either is not a number.

    ``group``: code of the row of another table that contains this one, or empty.
    """

    code: str
    label: str
    figures: tuple[Figure, ...]
    share: int | None
    group: str = ""

    @property
    def is_total(self) -> bool:
        return self.code == TOTAL

    @property
    def total(self) -> Figure:
        return self.figures[-1]


@dataclass(frozen=True)
class Table:
    """One table in one language; the last column is the period's total, the last row the total of all rows, if any.

    ``is_exact``: counts organisations, not people, and is therefore not rounded.
    """

    code: str
    title: str
    definition: str
    bias: str
    chart: Chart
    is_exact: bool
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]

    @property
    def body(self) -> tuple[TableRow, ...]:
        return tuple(row for row in self.rows if not row.is_total)

    @property
    def total(self) -> TableRow | None:
        return next((row for row in self.rows if row.is_total), None)

    @property
    def is_empty(self) -> bool:
        """Whether no figure is above the limit for small ones."""
        return not any(isinstance(figure, int) and figure for row in self.rows for figure in row.figures)


@dataclass(frozen=True)
class Revision:
    """The number of counselling contacts in an earlier release, and the current one."""

    period: str
    published: Figure
    now: Figure


@dataclass(frozen=True)
class Content:
    """A release in one language."""

    language: str
    centre: str
    country: str
    span: Span
    small: int
    base: int
    counted_until: datetime
    tables: tuple[Table, ...]
    revisions: tuple[Revision, ...]

    def table(self, code: str) -> Table:
        """Raises LookupError for a table that the release does not have."""
        for table in self.tables:
            if table.code == code:
                return table
        raise LookupError(code)


def digest(stored: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON."""
    return hashlib.sha256(canonical(stored)).hexdigest()


def canonical(stored: Mapping[str, Any]) -> bytes:
    """The same bytes for the same content, in UTF-8."""
    return json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read(stored: Mapping[str, Any], language: str = "") -> Content:
    """The stored document in ``language``, or in the active one. Raises ValueError for an unknown format."""
    if stored["format"] != FORMAT:
        raise ValueError(f"a release of format {stored['format']} cannot be read")
    wanted = (language or get_language() or "en")[:2]
    chosen = wanted if wanted in LANGUAGES else "en"
    return Content(
        language=chosen,
        centre=stored["centre"]["name"],
        country=stored["centre"]["country"],
        span=span_of(stored),
        small=stored["control"]["small"],
        base=stored["control"]["base"],
        counted_until=datetime.fromisoformat(stored["counted_until"]),
        tables=tuple(_table(table, chosen) for table in stored["tables"]),
        revisions=tuple(Revision(one["period"], one["published"], one["now"]) for one in stored["revisions"]),
    )


def span_of(stored: Mapping[str, Any]) -> Span:
    period = stored["period"]
    first, last = date.fromisoformat(period["first"]), date.fromisoformat(period["last"])
    return Span(PeriodKind(period["kind"]), first, last)


def _table(stored: Mapping[str, Any], language: str) -> Table:
    total = next((row["figures"][-1] for row in stored["rows"] if row["code"] == TOTAL), None)
    return Table(
        code=stored["code"],
        title=stored["title"][language],
        definition=stored["definition"][language],
        bias=stored["bias"][language],
        chart=Chart(stored["chart"]),
        is_exact=stored["is_exact"],
        columns=tuple(Column(column["code"], column["label"][language]) for column in stored["columns"]),
        rows=tuple(
            TableRow(
                row["code"],
                row["label"][language],
                tuple(row["figures"]),
                _share(row["figures"][-1], total),
                row.get("group", ""),
            )
            for row in stored["rows"]
        ),
    )


def _share(figure: Figure, total: Figure | None) -> int | None:
    """The percentage, at most 100, because a rounded part may be larger than the rounded total."""
    if not isinstance(figure, int) or not isinstance(total, int) or not total:
        return None
    return min(100, round(100 * figure / total))
