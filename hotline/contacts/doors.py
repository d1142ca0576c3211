"""Who may come in at all: the guards that stand before the views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


class CentreRequest(SignedInRequest):
    """A request of somebody who has what the door asked for at ``centre``, their own."""

    centre: Organisation


View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    return login_required(view)


def at_the_centre(permission: Permission) -> Callable[[View], View]:
    """Those of a centre who have the permission there; to everybody else the address does not exist."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = cast(SignedInRequest, request).user
            centre = centre_with(person, permission)
            if centre is None:
                raise Http404
            here = cast(CentreRequest, request)
            here.centre = centre
            return view(here, *args, **kwargs)

        return guarded

    return guard


handlers_only = at_the_centre(Permission.CONTACT_LOG)  # coordinators log contacts too


def is_part(request: HttpRequest) -> bool:
    """A part of a page asks, which wants only itself."""
    return bool(request.headers.get("HX-Request"))
