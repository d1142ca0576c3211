"""A signed field in each form with the user for whom the page was rendered.

A form may be posted after its session has ended, or after somebody else has signed in at the same browser. The field
contains the user and the page of the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "shown_to"
SALT = "foundation.accounts.form_owner"
LONGEST_SECONDS = 24 * 60 * 60  # twice the maximum age of a session


@dataclass(frozen=True)
class ShownTo:
    user_id: int
    page: str


def field_value(request: HttpRequest) -> str:
    """The value of the field for this request's page; "" if nobody is signed in. Signed once per request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    known: str | None = getattr(request, "_shown_to", None)
    if known is None:
        known = signing.dumps([user.pk, _page(request)], salt=SALT)
        request._shown_to = known  # type: ignore[attr-defined]
    return known


def shown_to(request: HttpRequest) -> ShownTo | None:
    """The user of the posted form; None if the field is missing or its signature invalid."""
    try:
        user_id, page = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=LONGEST_SECONDS)
    except signing.BadSignature:
        return None
    return ShownTo(user_id, page if url_has_allowed_host_and_scheme(page, None) else "/")


def _page(request: HttpRequest) -> str:
    """The page of the form: for a fragment the browser's page, for a page with errors the one before."""
    current: Any = request.headers.get("HX-Current-URL")
    if current:
        parts = urlsplit(current)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    if request.method == "POST" and (before := shown_to(request)):
        return before.page
    return request.get_full_path()
