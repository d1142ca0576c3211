"""Parts of pages that are fetched on their own."""

from __future__ import annotations

from django.http import HttpRequest


def is_part(request: HttpRequest) -> bool:
    """A part of a page asks, which wants only itself."""
    return bool(request.headers.get("HX-Request"))
