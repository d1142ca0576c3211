"""Guards of the administration's views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from .models import User
from .permissions import can
from .roles import Permission


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """To everybody else the address does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = cast(SignedInRequest, request).user
        if not can(person, Permission.USERS_MANAGE):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
