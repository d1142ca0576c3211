"""The first run: an empty installation is set up in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.privacy.context import acting_as

from . import first_run as run
from .forms import FirstRunForm
from .refusals import AddressTaken, UnknownTimeZone
from .services import Service, service_user
from .views import BACKEND

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Errors of a valid form: field, message, and the response's status.
REFUSED: dict[type[Exception], tuple[str, StrPromise, int]] = {
    run.TooManyTries: ("code", _("Too many wrong codes. Please wait a minute, then try again."), 429),
    run.WrongCode: ("code", _("This is not the code, or it is no longer valid. Have a new one shown."), 422),
    AddressTaken: ("email", _("There is a user with this address already."), 422),
    UnknownTimeZone: ("time_zone", _("The database does not know this time zone; choose another."), 422),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def first_run(request: HttpRequest) -> HttpResponse:
    """Create the first administrator and the centre, and sign in. 404 once an account exists."""
    if not run.is_empty_installation():
        raise Http404
    form = FirstRunForm(request.POST or None, initial={"country": "DE", "language": (get_language() or "en")[:2]})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            return _set_up(request, form)
        except run.SetUpAlready:
            return redirect("account_login")
        except tuple(REFUSED) as error:
            field, words, status = REFUSED[type(error)]
            form.add_error(field, str(words))
    return render(request, "accounts/first_run.html", {"form": form}, status=status)


def _set_up(request: HttpRequest, form: FirstRunForm) -> HttpResponse:
    code = form.cleaned_data["code"]
    run.check_first_run_code(code=code)
    with acting_as(service_user(Service.SETUP), purpose="first run"):
        user = run.make_first_administrator(code=code, person=form.person(), centre=form.place())
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="password")
    response = redirect("accounts:administration")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
    return response
