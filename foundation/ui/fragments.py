"""Fragments of pages, which htmx fetches."""

from __future__ import annotations

from django.http import HttpRequest


def is_part(request: HttpRequest) -> bool:
    """Whether htmx requests a fragment, not a whole page."""
    return bool(request.headers.get("HX-Request"))
