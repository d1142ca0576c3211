"""Who may come in at all: the guards that stand before the views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Organisation, User
from accounts.permissions import can
from accounts.roles import Permission


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


class HandlerRequest(SignedInRequest):
    """A request of somebody who logs contacts at ``centre``."""

    centre: Organisation


View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    return login_required(view)


def handlers_only(view: View) -> View:
    """Handlers and coordinators of a centre; to everybody else the address does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = cast(SignedInRequest, request).user
        if person.centre is None or not can(person, Permission.CONTACT_LOG, person.centre.pk):
            raise Http404
        handler = cast(HandlerRequest, request)
        handler.centre = person.centre
        return view(handler, *args, **kwargs)

    return guarded
