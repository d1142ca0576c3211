"""A release as an accessible PDF (PDF/UA-1), typeset by typst in a separate process.

Typst needs 34 MB of memory, which the web process should not keep: `pdf_bytes` starts
``python -m reporting.publishing.typeset LANGUAGE``, which reads the stored document and writes the PDF. It opens no
network connection, and the fonts are those inside typst's wheel.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.publishing.charting import kind_of
from reporting.publishing.content import Chart, Content, Table, TableRow, canonical, digest, read
from reporting.publishing.differences import notes
from reporting.publishing.drawing import drawn, is_wide
from reporting.publishing.form_texts import WORDS, Words
from reporting.publishing.svg import clean

CHECKOUT = Path(__file__).resolve().parents[2]
TEMPLATE = Path(__file__).with_name("templates") / "publishing" / "release.typ"
TIMEOUT = 60  # seconds
#: A table with this number of rows fits on a page with its chart and is not split.
ROWS_BESIDE = {Chart.BARS: 19, Chart.STACKED: 19, Chart.MAP: 22, Chart.NONE: 30}
#: Typst's error for a text that none of its fonts can show; PDF/UA does not allow the usual empty box.
NOT_IN_THE_FONTS = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
INSTEAD = "□"
PATIENCE = 3  # attempts
#: Latin, Greek, Cyrillic and common punctuation. If typst names no single character (combining marks, some joining
#: scripts), all others are replaced.
UNSURE = re.compile(
    r"[^\x20-\x7e\xa0-\u017f\u0218-\u021b\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u2010-\u2022\u202f\u2026\u20ac□]"
)


class TypesettingFailed(Exception):
    """The message is that of typst or of the operating system."""


def pdf_bytes(stored: Mapping[str, Any], language: str) -> bytes:
    """The PDF with labels in ``language``; the same bytes for the same document.

    Characters that the fonts lack, such as Chinese ones, are printed as □. Raises TypesettingFailed, at the latest
    after TIMEOUT seconds.
    """
    command = [sys.executable, "-m", "reporting.publishing.typeset", language]
    try:
        done = subprocess.run(
            command, input=canonical(stored), capture_output=True, cwd=CHECKOUT, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingFailed(f"typesetting took longer than {TIMEOUT} seconds") from error
    except OSError as error:
        raise TypesettingFailed(str(error)) from error
    if done.returncode:
        raise TypesettingFailed(done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}")
    return done.stdout


# --- data of the template ---


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


# --- in the separate process ---


def typeset(stored: Mapping[str, Any], language: str) -> bytes:
    """Compile in this process. Raises TypesettingFailed, and ValueError for an unknown format."""
    import typst

    data = json.dumps(_printable(page_data(stored, language)), ensure_ascii=False)
    made = int(read(stored, language).counted_until.timestamp())
    attempts = 0
    while True:
        try:
            return typst.compile(
                TEMPLATE,
                sys_inputs={"data": data},
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=made,
            )
        except typst.TypstError as error:
            attempts += 1
            simpler = _with_signs_replaced(data, error.diagnostic, attempts)
            if simpler == data:
                raise TypesettingFailed(error.diagnostic or error.message) from error
            data = simpler


def _with_signs_replaced(data: str, diagnostic: str, attempts: int) -> str:
    """Replace what typst could not show; after several attempts, all uncertain characters. Else unchanged."""
    missing = signs_without_a_font(diagnostic)
    if missing and attempts < PATIENCE:
        return data.translate(dict.fromkeys(map(ord, missing), INSTEAD))
    return UNSURE.sub(INSTEAD, data)


def _printable(value: Any) -> Any:
    """The value without control characters, at any depth."""
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def signs_without_a_font(diagnostic: str) -> set[str]:
    """The characters that typst reports; never ASCII, which the fonts have."""
    texts = NOT_IN_THE_FONTS.findall(diagnostic)
    plain = "".join(ESCAPED.sub(lambda found: chr(int(found[1], 16)), one) for one in texts)
    return {sign for sign in plain if not sign.isascii()}


def main(arguments: list[str]) -> int:
    try:
        sys.stdout.buffer.write(typeset(json.load(sys.stdin.buffer), arguments[0]))
    except (TypesettingFailed, ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
