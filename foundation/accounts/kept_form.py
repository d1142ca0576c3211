"""Keeps the input of a form across a sign-in, from the sign-in page to the page with the form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from .form_filling import Filled, fill, insert_in_main
from .form_owner import ShownTo
from .typed_text import TypedText, opened, sealed, typed_text

FIELD = "typed"  # of the sign-in form
KEY = "typed"  # of the session


def seal_posted(request: HttpRequest, form: ShownTo) -> str:
    """The posted data, encrypted for the user of the form; "" if they are too long."""
    return sealed(
        typed_text(
            owner=form.user_id,
            page=form.page,
            action=request.get_full_path(),
            posted=dict(request.POST.lists()),
            has_files=bool(request.FILES),
        )
    )


def keep(request: HttpRequest, text: str, *, owner: int) -> None:
    """Store the encrypted data in the session of their owner; never in another user's."""
    typed = opened(text, owner=owner)
    if typed:
        request.session[KEY] = {"sealed": text, "page": typed.page, "action": typed.action, "shown_on": ""}


def discard(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def page_of(request: HttpRequest) -> str:
    return str(request.session.get(KEY, {}).get("page", "/"))


def kept_for(request: HttpRequest) -> dict[str, Any] | None:
    """The stored data, if this request posts or autosaves that form."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    if not kept or request.method != "POST":
        return None
    saves_itself = not request.accepts("text/html") and request.path.startswith(urlsplit(kept["page"]).path)
    return kept if saves_itself or request.get_full_path() == kept["action"] else None


def put_back(request: HttpRequest, response: HttpResponse) -> None:
    """Fill the form of a rendered page, with a message that nothing was sent yet.

    On the form's page, or on the first page shown, because the form's page may no longer be accessible.
    """
    kept: dict[str, Any] = request.session[KEY]
    here = request.get_full_path()
    if here != kept["page"] and kept["shown_on"] not in ("", here):
        return
    typed = opened(kept["sealed"], owner=request.user.pk or 0)
    if typed is None:
        discard(request)
        return
    page = response.content.decode()
    filled = fill(page, address=request.path, action=typed.action, posted=typed.fields)
    response.content = insert_in_main(filled.html, _box(request, typed, filled)).encode()
    if not kept["shown_on"]:
        request.session[KEY] = {**kept, "shown_on": here}


def _box(request: HttpRequest, typed: TypedText, filled: Filled) -> str:
    in_form = filled.form_found and not filled.is_outdated
    context = {"typed": typed, "filled": filled, "in_form": in_form, "csrf_token": get_token(request)}
    return render_to_string("account/typed_text.html", context)
