"""Sign-in through a centre's own directory. Without one in the settings, these URLs do not exist (404)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.privacy.context import acting_as

from . import directory, kept_form, rate_limits
from .client_address import client_address
from .directory_actions import Refused, accept_invitation, end_link, person_of, sign_in_refused
from .guards import SignedInRequest, View, administrators_only
from .models import User
from .second_factor import METHOD
from .second_factor_actions import factors
from .services import Service, acting_at_sign_in, service_user

logger = logging.getLogger(__name__)
TYPED = "typed_before_directory"  # in the session, sealed for its owner
A_MINUTE = 20  # from one address: each leads to requests to the directory


def where_there_is_a_directory(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DIRECTORY:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def calmly(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What goes wrong at the directory is said on a page, and logged without what the directory said."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            rate_limits.count("directory", client_address(request), A_MINUTE)
            return view(request)
        except directory.Unreachable as error:
            logger.warning("the directory is not reachable: %s", error)
            return _said(request, "unreachable", 503)
        except directory.NotConfirmed as error:
            logger.info("the directory has not confirmed anybody: %s", error)
            return _said(request, "not_confirmed", 400)

    return guarded


@require_POST
@where_there_is_a_directory
@calmly
def to_directory(request: HttpRequest) -> HttpResponse:
    """Send the browser to the directory; what was typed before the session ended comes along."""
    if request.user.is_authenticated:
        return redirect("/")
    address = directory.address_of_sign_in(request, page=get_next_redirect_url(request) or "")
    request.session[TYPED] = request.POST.get(kept_form.FIELD, "")
    return redirect(address)


@require_safe
@where_there_is_a_directory
@calmly
def back(request: HttpRequest) -> HttpResponse:
    """The directory sends the browser back; the person's own second factor follows, unless the directory's counts."""
    if request.user.is_authenticated:
        return redirect("/")
    identity, page = directory.identity(request)
    service = service_user(Service.SIGN_IN)
    try:
        with acting_at_sign_in():
            user, is_new = person_of(by=service, identity=identity)
    except Refused as refused:
        with acting_at_sign_in():
            sign_in_refused(by=service, refused=refused, identity=identity)
        return _said(request, "refused", 403)
    if is_new or user.is_invited:
        with acting_as(user, purpose="sign-in"):
            accept_invitation(by=user)
    if is_new:
        get_adapter().send_notification_mail("accounts/email/directory_linked", user)
    typed = request.session.pop(TYPED, "")
    request.session.pop(directory.NONCE, None)
    if typed:
        kept_form.keep(request, typed, owner=user.pk)
    return _begin_session(request, user, page, has_second_factor=identity.has_second_factor)


def _begin_session(request: HttpRequest, user: User, page: str, *, has_second_factor: bool) -> HttpResponse:
    """The directory's second factor counts only for those who can prove later, here, that it is still them."""
    record_authentication(request, user, method="directory")
    with acting_at_sign_in():
        can_prove_later = user.has_usable_password() or bool(factors(user))
    if not (has_second_factor and can_prove_later):
        answer: HttpResponse = perform_login(request, user, redirect_url=page or None)
        return answer
    record_authentication(request, user, method=METHOD, type="directory")
    adapter = get_adapter()
    adapter.login(request, user)
    how = {"email_verification": None, "signal_kwargs": None, "email": None, "signup": False}
    begun: HttpResponse = adapter.post_login(request, user, redirect_url=page or None, **how)
    return begun


@require_POST
@administrators_only
@where_there_is_a_directory
def unlink(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a person's link to the directory, for example because the account there was made anew."""
    person = get_object_or_404(User, pk=pk, service="")
    if end_link(by=request.user, user=person):
        messages.success(request, _("The link to the directory and the sessions have ended."))
    return redirect("accounts:user", pk)


def _said(request: HttpRequest, what: str, status: int) -> HttpResponse:
    response = render(request, "accounts/directory.html", {"what": what}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
