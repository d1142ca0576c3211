"""For whom a page was made: a signed field in each of its forms.

A form may be sent after its session has ended, or when somebody else has signed in at the same browser. The field says
whose form it is and on which page it stood.
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
LONGEST_SECONDS = 24 * 60 * 60  # twice the greatest age of a session


@dataclass(frozen=True)
class ShownTo:
    user_id: int
    page: str


def field_value(request: HttpRequest) -> str:
    """The value of the field for this request's page; "" for nobody. Signed once for each request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    known: str | None = getattr(request, "_shown_to", None)
    if known is None:
        known = signing.dumps([user.pk, _page(request)], salt=SALT)
        request._shown_to = known  # type: ignore[attr-defined]
    return known


def shown_to(request: HttpRequest) -> ShownTo | None:
    """Whose form was posted; None where the form does not say, or says it wrongly."""
    try:
        user_id, page = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=LONGEST_SECONDS)
    except signing.BadSignature:
        return None
    return ShownTo(user_id, page if url_has_allowed_host_and_scheme(page, None) else "/")


def _page(request: HttpRequest) -> str:
    """Where the form stands: the browser's page for a part of it; the page before for one with errors in it."""
    current: Any = request.headers.get("HX-Current-URL")
    if current:
        parts = urlsplit(current)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    if request.method == "POST" and (before := shown_to(request)):
        return before.page
    return request.get_full_path()
