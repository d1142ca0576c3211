"""A release as CSV and JSON, for programs, with the figures exactly as published."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from reporting.publishing.content import TOTAL, Content, Figure, Table, canonical, read

#: One line per figure. ``release`` is the period's code; ``table``, ``row`` and ``column`` are codes that stay the same
#: in every language and release, the others are their labels. ``figure``: a number, "<10" or "withheld". ``share``:
#: whole per cent of the table's total, from the rounded figures; only in the column "total", empty where there is none.
COLUMNS = (
    *("release", "table", "table_title", "row", "row_label", "column", "column_label"),
    *("figure", "share"),
)
#: The code of the table with revisions of earlier releases; its columns are "published" and "now".
REVISIONS = "revisions"
#: First characters that make a spreadsheet take a text for a formula; the last four are full-width forms.
FORMULA_BEGINS = tuple("=+-@\t\r\n＝＋－＠")

Cell = str | int | None


def json_bytes(stored: Mapping[str, Any]) -> bytes:
    """The stored document itself, in UTF-8; its SHA-256 is the digest of the release."""
    return canonical(stored)


def csv_bytes(stored: Mapping[str, Any], language: str) -> bytes:
    """All tables as one, in UTF-8 with a byte order mark; see COLUMNS.

    Texts that a spreadsheet would take for a formula get a leading apostrophe. Raises ValueError for an unknown format.
    """
    content = read(stored, language)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for line in _lines(content):
        writer.writerow([harmless(cell) for cell in line])
    return buffer.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS) else cell


def _lines(content: Content) -> Iterator[tuple[Cell, ...]]:
    release = content.span.code
    for table in content.tables:
        for line in _table(table):
            yield release, table.code, table.title, *line
    for revision in content.revisions:
        for name, figure in (("published", revision.published), ("now", revision.now)):
            yield release, REVISIONS, REVISIONS, revision.period, revision.period, name, name, figure, None


def _table(table: Table) -> Iterator[tuple[str, str, str, str, Figure, int | None]]:
    for row in table.rows:
        for column, figure in zip(table.columns, row.figures, strict=True):
            share = row.share if column.code == TOTAL else None
            yield row.code, row.label, column.code, column.label, figure, share
