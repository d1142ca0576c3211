"""A release as a workbook: a cover, one sheet per table, the definitions."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.publishing.content import Content, Figure, Table, TableRow, digest, read
from reporting.publishing.differences import notes
from reporting.publishing.form_texts import WORDS, Words

LONGEST_NAME = 31  # of a sheet's name, in characters; spreadsheets refuse longer ones
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
A4 = 9
# characters
LABEL_WIDTH = 44
FIGURE_WIDTH = 13
TEXT_WIDTH = 70
MANY_COLUMNS = 6
LINE_HEIGHT = 15  # points
#: Texts are labels that people wrote and must not become formulas, links or numbers.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Styles:
    title: Format
    head: Format
    head_right: Format
    text: Format
    fact: Format
    number: Format
    share: Format
    sign: Format
    total: Format
    total_number: Format
    total_share: Format
    total_sign: Format

    def of_figure(self, figure: Figure, is_total: bool) -> Format:
        if isinstance(figure, int):
            return self.total_number if is_total else self.number
        return self.total_sign if is_total else self.sign


def xlsx_bytes(stored: Mapping[str, Any], language: str) -> bytes:
    """The workbook with labels in ``language``; the same bytes for the same document.

    Raises ValueError for an unknown format.
    """
    content = read(stored, language)
    words = WORDS[content.language]
    buffer = io.BytesIO()
    with Workbook(buffer, OPTIONS) as book:
        # Without an explicit date the file would contain the current time.
        created = content.counted_until.replace(tzinfo=None)
        book.set_properties({"title": _heading(content, words), "author": content.centre, "created": created})
        styles = _styles(book)
        names = sheet_names([table.title for table in content.tables])
        _cover(_sheet(book, words.cover, content, words), styles, words, content, digest(stored), names)
        for name, table in zip(names, content.tables, strict=True):
            sheet = _sheet(book, name, content, words)
            _table(sheet, styles, words, table)
            _notes(sheet, styles, len(table.columns), len(table.rows) + 3, notes(content, table, words))
        _definitions(_sheet(book, words.definitions, content, words), styles, words, content)
        if content.revisions:
            _revisions(_sheet(book, words.revisions, content, words), styles, words, content)
    return buffer.getvalue()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Numbered, and therefore unique, without characters that are not allowed in names of sheets."""
    numbered = (f"{place} {FORBIDDEN_IN_NAMES.sub(' ', title)}" for place, title in enumerate(titles, 1))
    return [name[:LONGEST_NAME].strip() for name in numbered]


def _heading(content: Content, words: Words) -> str:
    return f"{words.released_figures}, {words.span(content.span)}"


def _styles(book: Workbook) -> Styles:
    line = {"bottom": 1, "valign": "top", "text_wrap": True}
    above = {"bold": True, "top": 1}
    right = {"align": "right"}
    made = {
        "title": {"bold": True, "font_size": 14},
        "head": {"bold": True, **line},
        "head_right": {"bold": True, **right, **line},
        "text": {"text_wrap": True, "valign": "top"},
        "fact": {"text_wrap": True, "valign": "top", "align": "left"},
        "number": {"num_format": "#,##0"},
        "share": {"num_format": "0%"},
        "sign": right,
        "total": {**above, "text_wrap": True},
        "total_number": {**above, "num_format": "#,##0"},
        "total_share": {**above, "num_format": "0%"},
        "total_sign": {**above, **right},
    }
    return Styles(**{name: book.add_format(properties) for name, properties in made.items()})


def _sheet(book: Workbook, name: str, content: Content, words: Words) -> Worksheet:
    """A new sheet with print settings."""
    sheet = book.add_worksheet(name)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
    # An ampersand starts a command there; the maximum is 255 characters.
    sheet.set_header(f"&L{content.centre[:80].replace('&', '&&')}&R{_heading(content, words)}")
    sheet.set_footer(f"&C{words.page} &P {words.of_pages} &N")
    return sheet


def _cover(
    sheet: Worksheet, styles: Styles, words: Words, content: Content, checksum: str, names: Sequence[str]
) -> None:
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 1, TEXT_WIDTH)
    sheet.write_string(0, 0, _heading(content, words), styles.title)
    facts: list[tuple[str, str | int]] = [
        (words.centre, content.centre),
        (words.period, words.span(content.span)),
        (words.counted_until, words.time(content.counted_until)),
        (words.small, content.small),
        (words.base, content.base),
        (words.digest, checksum),
    ]
    for line, (label, fact) in enumerate(facts, 2):
        sheet.write_string(line, 0, label, styles.text)
        if isinstance(fact, int):
            sheet.write_number(line, 1, fact, styles.fact)
        else:
            sheet.write_string(line, 1, fact, styles.fact)
    rules = [rule.format(small=content.small, base=content.base) for rule in (words.frozen, *words.rules)]
    for line, rule in enumerate(rules, len(facts) + 3):
        sheet.merge_range(line, 0, line, 1, "", styles.text)
        sheet.write_string(line, 0, rule, styles.text)
        _heighten(sheet, line, (rule, LABEL_WIDTH + TEXT_WIDTH))
    for line, name in enumerate((words.tables, *names), len(facts) + len(rules) + 4):
        sheet.write_string(line, 0, name, styles.head if name == words.tables else styles.text)


def _heighten(sheet: Worksheet, line: int, *texts: tuple[str, int]) -> None:
    """Set the height of rows with wrapped texts, because not every program does that when it opens the file."""
    sheet.set_row(line, LINE_HEIGHT * max(1 + len(text) // (width - 4) for text, width in texts))


def _head(sheet: Worksheet, styles: Styles, line: int, labels: Sequence[str], wide: int = 1) -> None:
    """The header row, frozen and repeated on each printed page; the first ``wide`` columns have texts."""
    for place, label in enumerate(labels):
        sheet.write_string(line, place, label, styles.head if place < wide else styles.head_right)
    _heighten(
        sheet, line, *((label, LABEL_WIDTH if place < wide else FIGURE_WIDTH + 2) for place, label in enumerate(labels))
    )
    sheet.freeze_panes(line + 1, 1)
    sheet.repeat_rows(line)


def _table(sheet: Worksheet, styles: Styles, words: Words, table: Table) -> None:
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, len(table.columns) + 1, FIGURE_WIDTH)
    if len(table.columns) > MANY_COLUMNS:
        sheet.set_landscape()
    sheet.write_string(0, 0, table.title, styles.title)
    _head(sheet, styles, 1, [words.category, *(column.label for column in table.columns), words.share])
    for line, row in enumerate(table.rows, 2):
        _row(sheet, styles, words, line, row)
    if not table.rows:
        sheet.write_string(2, 0, words.no_rows, styles.text)


def _notes(sheet: Worksheet, styles: Styles, columns: int, line: int, said: Sequence[str]) -> None:
    """Notes below the table, across all its columns, on figures that do not add up."""
    width = LABEL_WIDTH + FIGURE_WIDTH * (columns + 1)
    for place, note in enumerate(said, line):
        sheet.merge_range(place, 0, place, columns + 1, "", styles.text)
        sheet.write_string(place, 0, note, styles.text)
        _heighten(sheet, place, (note, width))


def _row(sheet: Worksheet, styles: Styles, words: Words, line: int, row: TableRow) -> None:
    _heighten(sheet, line, (row.label, LABEL_WIDTH))
    sheet.write_string(line, 0, row.label, styles.total if row.is_total else styles.text)
    for place, figure in enumerate(row.figures, 1):
        _figure(sheet, line, place, figure, words, styles.of_figure(figure, row.is_total))
    place = len(row.figures) + 1
    style = styles.total_share if row.is_total else styles.share
    if row.share is None:
        sheet.write_blank(line, place, None, style)
    else:
        sheet.write_number(line, place, row.share / 100, style)


def _figure(sheet: Worksheet, line: int, place: int, figure: Figure, words: Words, style: Format) -> None:
    if isinstance(figure, int):
        sheet.write_number(line, place, figure, style)
    else:
        sheet.write_string(line, place, words.figure(figure), style)


def _definitions(sheet: Worksheet, styles: Styles, words: Words, content: Content) -> None:
    sheet.set_landscape()
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 2, TEXT_WIDTH)
    _head(sheet, styles, 0, [words.tables, words.definition, words.bias], wide=3)
    for line, table in enumerate(content.tables, 1):
        definition = f"{table.definition} {words.exact}" if table.is_exact else table.definition
        _heighten(sheet, line, (table.title, LABEL_WIDTH), (definition, TEXT_WIDTH), (table.bias, TEXT_WIDTH))
        for place, text in enumerate((table.title, definition, table.bias)):
            sheet.write_string(line, place, text, styles.text)


def _revisions(sheet: Worksheet, styles: Styles, words: Words, content: Content) -> None:
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 2, 2 * FIGURE_WIDTH)
    sheet.write_string(0, 0, words.revisions_note)
    _head(sheet, styles, 1, [words.period, words.published, words.now])
    for line, revision in enumerate(content.revisions, 2):
        sheet.write_string(line, 0, revision.period, styles.text)
        for place, figure in enumerate((revision.published, revision.now), 1):
            _figure(sheet, line, place, figure, words, styles.of_figure(figure, is_total=False))
