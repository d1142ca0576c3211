"""A release as an accessible PDF (PDF/UA-1): the texts that its template prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foundation.ui.typesetting import TypesettingFailed, clean, pdf_of
from reporting.publishing.charting import kind_of
from reporting.publishing.content import Chart, Content, Table, TableRow, digest, read
from reporting.publishing.differences import notes
from reporting.publishing.drawing import drawn, is_wide
from reporting.publishing.form_texts import WORDS, Words

TEMPLATE = Path(__file__).with_name("templates") / "publishing" / "release.typ"
#: A table with this number of rows fits on a page with its chart and is not split.
ROWS_BESIDE = {Chart.BARS: 19, Chart.STACKED: 19, Chart.MAP: 22, Chart.NONE: 30}


def pdf_bytes(stored: Mapping[str, Any], language: str) -> bytes:
    """The PDF with labels in ``language``; the same bytes for the same document. Raises TypesettingFailed."""
    try:
        data = page_data(stored, language)
    except (ValueError, LookupError) as error:
        raise TypesettingFailed(str(error)) from error
    return pdf_of(TEMPLATE, data, made=read(stored, language).counted_until)


def page_data(stored: Mapping[str, Any], language: str) -> dict[str, Any]:
    """All texts that release.typ prints. Raises ValueError for an unknown format."""
    content = read(stored, language)
    words = WORDS[content.language]
    until = content.counted_until
    return {
        "language": content.language,
        "words": {name: value for name, value in vars(words).items() if isinstance(value, str)},
        "centre": content.centre,
        "period": words.span(content.span),
        "counted_until": words.time(until),
        "made": [until.year, until.month, until.day],
        "digest": digest(stored),
        "rules": words.method_rules(content.small, content.base),
        "tables": [_table(table, content, words) for table in content.tables],
        "revisions": [
            [revision.period, words.figure(revision.published), words.figure(revision.now)]
            for revision in content.revisions
        ],
    }


def _table(table: Table, content: Content, words: Words) -> dict[str, Any]:
    drawing = drawn(table, content.country, content.language)
    with_shares = any(row.share is not None for row in table.rows)
    return {
        "title": clean(table.title).strip() or table.code,
        "definition": table.definition,
        "bias": table.bias,
        "is_exact": table.is_exact,
        "is_wide": is_wide(table),
        "is_kept_together": len(table.rows) <= ROWS_BESIDE[kind_of(table, content.country)],
        "head": [words.category, *(column.label for column in table.columns), *([words.share] if with_shares else [])],
        "rows": [_cells(row, words, with_shares) for row in table.rows],
        "svg": drawing.svg if drawing else "",
        "alt": drawing.alt if drawing else "",
        "notes": list(drawing.notes) if drawing else [],
        "differences": notes(content, table, words),
    }


def _cells(row: TableRow, words: Words, with_shares: bool) -> dict[str, Any]:
    figures = [{"said": words.figure(figure), "is_number": isinstance(figure, int)} for figure in row.figures]
    if with_shares:
        figures.append({"said": words.per_cent(row.share), "is_number": True})
    return {"label": row.label, "is_total": row.is_total, "figures": figures}
