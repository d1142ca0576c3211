"""Decorators that check access to views. Everybody else gets 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse

from .models import Organisation, User
from .permissions import NotAllowed, can, centre_with
from .roles import Permission


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


class CentreRequest(SignedInRequest):
    """A request of somebody who has the permission that the guard asked for at ``centre``, their own."""

    centre: Organisation


View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    return login_required(view)


def found_and_allowed(view: View) -> View:
    """Require a signed-in user; missing objects and NotAllowed give 404."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(cast(SignedInRequest, request), *args, **kwargs)
        except (NotAllowed, ObjectDoesNotExist) as error:
            raise Http404 from error

    return guarded


def at_the_centre(permission: Permission) -> Callable[[View], View]:
    """Require the permission at the user's own centre."""

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


def needs_recent_proof(view: View) -> View:
    """Require that the person has signed in, or shown password or factor, within the last minutes; below the guards.

    For exports, disclosures to security bodies and whatever would let a borrowed session take over an account.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="")
        return view(request, *args, **kwargs)

    return guarded


handlers_only = at_the_centre(Permission.CONTACT_LOG)  # coordinators log contacts too


def anywhere(permission: Permission) -> Callable[[View], View]:
    """Require the permission in any organisation."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not can(cast(SignedInRequest, request).user, permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


administrators_only = anywhere(Permission.USERS_MANAGE)
confirmers_only = anywhere(Permission.ROLE_CONFIRM)
