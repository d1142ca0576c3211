"""Signing in, also after the end of a session; the language of the profile. All other account pages are allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as set_language_cookie

from . import kept_form
from .actions import choose_language
from .demonstration import is_demonstration
from .form_owner import shown_to
from .models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's view, with the kept input of a form whose session had ended, also after a wrong password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "typed": self.request.POST.get(kept_form.FIELD, "")}

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the text before the session begins, so that it is also kept if a second factor follows."""
        text = self.request.POST.get(kept_form.FIELD, "")
        if text:
            kept_form.keep(self.request, text, owner=form.user.pk)  # type: ignore[attr-defined]
        response: HttpResponse = super().form_valid(form)
        return response


def sign_in_page(request: HttpRequest, *, typed: str, page: str, status: int) -> HttpResponse:
    """The sign-in page as the response to another request. ``typed``: encrypted; ``page``: where to continue."""
    form = LoginForm(request=request)
    context = {"form": form, "typed": typed, "next_page": page, "session_ended": True}
    response = render(request, "account/login.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """The sign-in page after too many wrong passwords, with the kept input."""
    typed = request.POST.get(kept_form.FIELD, "")
    page = request.POST.get("next", "")
    context = {"form": LoginForm(request=request), "typed": typed, "next_page": page, "is_locked": True}
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    response = render(request, "account/login.html", {**context, "minutes": minutes}, status=429)
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an outdated CSRF token is not processed; its owner gets it back to send it again."""
    form = shown_to(request)
    user = request.user
    if request.POST.get(kept_form.FIELD):
        return _sign_in_again(request)
    if form and request.headers.get("HX-Request") is None:
        if not user.is_authenticated:
            return sign_in_page(request, typed=kept_form.seal_posted(request, form), page=form.page, status=401)
        if form.user_id == user.pk:
            kept_form.keep(request, kept_form.seal_posted(request, form), owner=user.pk)
            return redirect(form.page)
    is_foreign = bool(form and user.is_authenticated and form.user_id != user.pk)
    return render(request, "403_csrf.html", {"is_foreign": is_foreign}, status=403)


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """The sign-in page was open too long, or the user has signed in in another tab meanwhile."""
    typed = request.POST[kept_form.FIELD]
    page = request.POST.get("next", "")
    if not request.user.is_authenticated:
        return sign_in_page(request, typed=typed, page=page, status=403)
    kept_form.keep(request, typed, owner=request.user.pk)
    return redirect(kept_form.page_of(request))


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """For open pages: the user of the browser's session, and the CSRF token; 401 without a session."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require_safe
@login_required
def signed_in_again(request: HttpRequest) -> HttpResponse:
    """The page after signing in, in a tab that was opened beside an unsaved page."""
    return render(request, "account/signed_in_again.html")


def closed(request: HttpRequest, **_arguments: str) -> HttpResponse:
    """In the place of a page of allauth that nobody may use. Raises Http404."""
    raise Http404


@require_POST
def sign_in_to_demonstration(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration's people, by their e-mail address alone. 404 on any other data."""
    if not is_demonstration():
        raise Http404
    person = get_object_or_404(User, email__iexact=request.POST.get("email", ""), service="", is_active=True)
    if request.user.is_authenticated:
        logout(request)
    login(request, person, backend=BACKEND)
    return redirect("/")


@require_POST
@login_required
def discard_typed(request: HttpRequest) -> HttpResponse:
    """Discard the kept input."""
    page = kept_form.page_of(request)
    kept_form.discard(request)
    return redirect(page if url_has_allowed_host_and_scheme(page, None) else "/")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Set the language of the profile, or of the browser if nobody is signed in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        choose_language(by=request.user, language=chosen)
    response: HttpResponse = set_language_cookie(request)
    return response
