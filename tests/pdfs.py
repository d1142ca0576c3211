"""What a PDF says."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

BREAK = "\u200b"


def read_pdf(body: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(body))


def text_of(body: bytes) -> str:
    """All pages as one line, without the marks where a long word may be broken."""
    pages = " ".join(page.extract_text() for page in read_pdf(body).pages)
    return " ".join(pages.replace(BREAK, "").split())


def is_tagged(body: bytes, language: str) -> bool:
    """Whether it claims PDF/UA, with tags, title and this language."""
    root: Any = read_pdf(body).root_object
    claims = b"pdfuaid:part" in root["/Metadata"].get_data() and root["/ViewerPreferences"]["/DisplayDocTitle"]
    return bool(claims and root["/MarkInfo"]["/Marked"] and root["/Lang"] == language)
