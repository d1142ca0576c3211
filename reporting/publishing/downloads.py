"""A release as a file."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language

from .content import LANGUAGES
from .data_files import csv_bytes, json_bytes
from .models import Release
from .sheets import xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(release: Release, form: str) -> HttpResponse:
    """The file in the active language. Raises Http404 for an unknown form, or a PDF that is not made yet."""
    language = (get_language() or "en")[:2]
    language = language if language in LANGUAGES else "en"
    if form == "json":
        body = json_bytes(release.content)
        kind = "application/json"
    elif form == "csv":
        body = csv_bytes(release.content, language)
        kind = "text/csv; charset=utf-8"
    elif form == "xlsx":
        body = xlsx_bytes(release.content, language)
        kind = XLSX
    elif form == "pdf":
        body = _paper(release, language)
        kind = "application/pdf"
    else:
        raise Http404
    name = f"{slugify(release.content['centre']['name']) or 'figures'}-{release.span.code.lower()}-{language}.{form}"
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _paper(release: Release, language: str) -> bytes:
    paper = release.papers.filter(language=language).first()
    if paper is None:
        raise Http404
    return bytes(paper.body)
