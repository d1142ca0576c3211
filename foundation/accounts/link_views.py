"""The page behind a one-time link: a person chooses a password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.privacy.context import acting_as

from .actions import choose_password
from .forms import PasswordForm
from .models import OneTimeLink
from .one_time_links import found
from .refusals import LinkIsDead
from .services import Service, service_user
from .time_zones import as_read_by

PAGE = "accounts/choose_password.html"


@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it uses nothing up, as mail programs open links too. 410 once the link is dead or unknown."""
    if request.user.is_authenticated:
        return render(request, PAGE, {"is_signed_in": True}, status=409)
    with acting_as(service_user(Service.SIGN_IN), purpose="link"):
        link = found(token)
    if link is None or not link.can_be_used:
        return render(request, PAGE, {"is_dead": True}, status=410)
    with as_read_by(link.user):
        return _chosen(request, link)


def _chosen(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    form = PasswordForm(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with acting_as(link.user, purpose="link"):
                choose_password(by=link.user, link=link, password=form.cleaned_data["new_password1"])
        except LinkIsDead:
            return render(request, PAGE, {"is_dead": True}, status=410)
        messages.success(request, _("Your password is saved. Sign in with it."))
        return redirect("account_login")
    status = 422 if request.method == "POST" else 200
    return render(request, PAGE, {"form": form, "link": link}, status=status)
