"""Signing in, again too; the language of the profile. Everything else about accounts is allauth's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as set_language_cookie

from . import kept_form
from .actions import choose_language
from .form_owner import shown_to


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's, with what was typed into a form whose session had ended. A wrong password loses nothing of it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "typed": self.request.POST.get(kept_form.FIELD, "")}

    def form_valid(self, form: Form) -> HttpResponse:
        """Before the session begins: where a second step follows, the text waits there too."""
        text = self.request.POST.get(kept_form.FIELD, "")
        if text:
            kept_form.keep(self.request, text, owner=form.user.pk)  # type: ignore[attr-defined]
        response: HttpResponse = super().form_valid(form)
        if self.request.user.is_authenticated:
            self.request.session["signed_in_for"] = urlsplit(self.get_success_url() or "").path
        return response


def sign_in_page(request: HttpRequest, *, typed: str, page: str, status: int) -> HttpResponse:
    """The sign-in page in answer to another request. ``typed``: sealed; ``page``: where to go on."""
    form = LoginForm(request=request)
    context = {"form": form, "typed": typed, "next_page": page, "session_ended": True}
    response = render(request, "account/login.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """Too many wrong passwords: the sign-in page says so, and keeps what was typed before."""
    typed = request.POST.get(kept_form.FIELD, "")
    page = request.POST.get("next", "")
    context = {"form": LoginForm(request=request), "typed": typed, "next_page": page, "is_locked": True}
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    response = render(request, "account/login.html", {**context, "minutes": minutes}, status=429)
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not the browser's any more: not carried out. Its owner gets it back to send again."""
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
    """The sign-in page had been open too long, or its reader has signed in elsewhere meanwhile."""
    typed = request.POST[kept_form.FIELD]
    page = request.POST.get("next", "")
    if not request.user.is_authenticated:
        return sign_in_page(request, typed=typed, page=page, status=403)
    kept_form.keep(request, typed, owner=request.user.pk)
    return redirect(kept_form.page_of(request))


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Asked by an open page: whose session this browser has, and the token for its forms; 401 without one."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require_safe
@login_required
def signed_in_again(request: HttpRequest) -> HttpResponse:
    """Where signing in leads in a tab that was opened beside the page one writes on."""
    return render(request, "account/signed_in_again.html")


@require_POST
@login_required
def discard_typed(request: HttpRequest) -> HttpResponse:
    """Throw away what was typed before the session ended."""
    page = kept_form.page_of(request)
    kept_form.discard(request)
    return redirect(page if url_has_allowed_host_and_scheme(page, None) else "/")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of the interface: of the profile, or of the browser where nobody has signed in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        choose_language(by=request.user, language=chosen)
    response: HttpResponse = set_language_cookie(request)
    return response
