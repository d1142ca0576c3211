"""A record on paper: sections with entries, as an accessible PDF. Its texts are data, never markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from .typesetting import clean, pdf_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEMPLATE = Path(__file__).with_name("templates") / "ui" / "printed.typ"
#: Somebody waits for the file, so it takes less time than a release.
TIMEOUT = 20.0  # seconds
#: Of a word without a place to break, such as an address: after so many characters it may be broken.
LONGEST_WORD = 40
TOO_LONG = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")
BREAK_HERE = "\u200b"
RIGHT_TO_LEFT = ("R", "AL")


@dataclass(frozen=True)
class PrintedText:
    """Running text with what it is; lines are paragraphs."""

    label: StrOrPromise
    text: str


@dataclass(frozen=True)
class Entry:
    """A row of a section. ``meta``: who and when, in small print; what is empty is left out."""

    head: StrOrPromise
    meta: StrOrPromise = ""
    facts: Sequence[tuple[StrOrPromise, StrOrPromise]] = ()
    texts: Sequence[PrintedText] = ()


@dataclass(frozen=True)
class Section:
    """``empty``: what is said if there is neither an entry nor a text. ``is_dense``: one line for each entry."""

    title: StrOrPromise
    entries: Sequence[Entry]
    empty: StrOrPromise
    is_dense: bool = False
    text: str = ""


@dataclass(frozen=True)
class PrintedRecord:
    """``notice``: who may read it, above everything. ``summary``: the record in a sentence.

    ``printed_by``: a name; empty for what is given to somebody outside.
    """

    reference: str
    title: str
    centre: str
    notice: StrOrPromise
    summary: str
    facts: Sequence[tuple[StrOrPromise, StrOrPromise]]
    sections: Sequence[Section]
    printed_by: str
    printed_at: datetime


def pdf(record: PrintedRecord) -> bytes:
    """In the active language and time zone. Raises TypesettingFailed."""
    return pdf_of(TEMPLATE, page_data(record), made=record.printed_at, timeout=TIMEOUT)


def moment(at: datetime | None) -> str:
    """In the reader's time zone; a dash for none."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def joined(*parts: StrOrPromise) -> str:
    """What is not empty, as one line."""
    return " · ".join(str(part) for part in parts if part)


def page_data(record: PrintedRecord) -> dict[str, Any]:
    """What printed.typ prints."""
    local = timezone.localtime(record.printed_at)
    at = f"{moment(record.printed_at)} {local.tzname()}"
    by = _("Printed by %(name)s, %(moment)s") % {"name": record.printed_by, "moment": at}
    return {
        "language": (get_language() or "en")[:2],
        "reference": record.reference,
        "title": _said(record.title),
        "centre": record.centre,
        "notice": str(record.notice),
        "summary": _said(record.summary),
        "facts": _facts(record.facts),
        "sections": [_section(section) for section in record.sections],
        "made": [local.year, local.month, local.day],
        "printed": by if record.printed_by else date_format(local, "DATE_FORMAT"),
        "words": {
            "page": _("Page"),
            "of_pages": pgettext("page 1 of 3", "of"),
            "replaced": _("Some characters are in none of the fonts; □ stands for them. They are right on the screen."),
        },
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": str(section.title),
        "empty": str(section.empty),
        "is_dense": section.is_dense,
        "lines": _lines(section.text),
        "entries": [
            {
                "head": _said(clean(str(entry.head)).strip()) or "–",  # a heading may not be empty
                "meta": _said(str(entry.meta)),
                "facts": _facts(entry.facts),
                "texts": [{"label": str(one.label), "lines": _lines(one.text)} for one in entry.texts if one.text],
            }
            for entry in section.entries
        ],
    }


def _facts(facts: Sequence[tuple[StrOrPromise, StrOrPromise]]) -> list[tuple[str, str]]:
    return [(str(label), _said(str(value))) for label, value in facts if str(value)]


def _lines(text: str) -> list[dict[str, Any]]:
    lines = (line.strip() for line in text.splitlines())
    return [{"said": _said(line), "is_rtl": _is_right_to_left(line)} for line in lines if line]


def _said(text: str) -> str:
    return TOO_LONG.sub(rf"\1{BREAK_HERE}", text)


def _is_right_to_left(line: str) -> bool:
    """Whether the first letter is of a script that is written from right to left."""
    kinds = (unicodedata.bidirectional(sign) for sign in line)
    return next((kind for kind in kinds if kind in ("L", *RIGHT_TO_LEFT)), "L") in RIGHT_TO_LEFT


def pdf_answer(body: bytes, name: str) -> HttpResponse:
    """The file as a download. ``name``: a reference, without content."""
    disposition = f'attachment; filename="{name}.pdf"'
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": disposition})
