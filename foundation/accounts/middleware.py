"""Middleware: NotAllowed becomes 404, input survives the end of a session, language and time zone of the user."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from foundation.privacy.keys import WrongKey

from . import kept_form
from .form_owner import shown_to
from .permissions import NotAllowed, Refused, note_refusal
from .rate_limits import TooOften
from .second_factor import is_shown
from .time_zones import zone_of
from .views import sign_in_page

logger = logging.getLogger(__name__)
#: URL names of the pages that ask for password, code or passkey again.
REAUTHENTICATION = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
GetResponse = Callable[[HttpRequest], HttpResponse]


class DeniedIsNotFound:
    """Turn NotAllowed into 404, as if the object did not exist; JSON if requested."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Raises Http404, so that Django renders the 404 page."""
        if not isinstance(exception, NotAllowed | Http404):
            return None
        if isinstance(exception, Refused):
            note_refusal(request, exception)
        if request.accepts("text/html"):
            raise Http404 from exception
        return JsonResponse({"message": _("This is not open to you (any more).")}, status=404)


class UnreadableIsSaid:
    """Show a page with an explanation for a record that cannot be decrypted (no key, or damaged data).

    Lists handle such rows themselves; this is for the page of the record. Writes are rolled back and answered with 409.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, WrongKey):
            return None
        logger.error("cannot be shown: %s (%s)", exception, getattr(request.resolver_match, "view_name", ""))
        is_post = request.method not in ("GET", "HEAD")
        if is_post and connection.in_atomic_block:
            transaction.set_rollback(True)
        status = 409 if is_post else 200
        context = {"number": exception.number, "is_post": is_post}
        if not request.accepts("text/html"):
            words = _("%(number)s cannot be shown. Please tell your administrator this number.")
            return JsonResponse({"message": words % context}, status=409)
        is_part = bool(request.headers.get("HX-Request"))
        return render(request, "ui/unshown_notice.html" if is_part else "ui/unshown.html", context, status=status)


class TooOftenIsSaid:
    """Turn TooOften into a page with 429."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooOften):
            return None
        response = render(request, "ui/too_often.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = "60"
        return response


class TimesOfTheReader:
    """Activate the time zone of the signed-in user's organisation."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


class LanguageOfProfile:
    """Activate the language of the signed-in user's profile; for others LocaleMiddleware has chosen one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


class SecondFactorIsRequired:
    """Lead a session that has seen no second factor to the set-up; it reaches nothing else.

    Costs no statement: what was shown is in the session, which is signed. Sockets ask for themselves.
    """

    #: URL names, beside pages that need no sign-in.
    OPEN = frozenset(
        {"accounts:second_factor", "mfa_add_webauthn", "mfa_activate_totp", "account_reauthenticate", "account_logout",
         "accounts:set_language", "healthz", "readyz", "publishing:public", "publishing:public_download"}
    )  # fmt: skip

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not is_shown(request.session, request.user):
            request.lacks_second_factor = True  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        match = request.resolver_match
        if not getattr(request, "lacks_second_factor", False) or (match and match.view_name in self.OPEN):
            return None
        if "text/html" not in request.headers.get("Accept", "") or request.headers.get("HX-Request"):
            return JsonResponse({"message": _("You have been signed out.")}, status=401)
        if request.method == "GET":
            request.session["after_second_factor"] = request.get_full_path()
        return redirect("accounts:second_factor")


class ProofIsAskedAgain:
    """Ask for password or second factor before a sensitive step, and lead back to the page where it began.

    What was typed is kept as after the end of a session (``kept_form``): its form is filled again, nothing is sent.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired) or not request.user.is_authenticated:
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        page = request.get_full_path()
        if request.method == "POST":
            form = shown_to(request)
            page = form.page if form else _page_above(request.path)
            if form:
                kept_form.keep(request, kept_form.seal_posted(request, form), owner=request.user.pk)
        address = f"{ways[0]['url']}?{urlencode({'next': page})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)


class TypedTextOutlivesSession:
    """Answer a form without a valid session with the sign-in page, which keeps the input.

    After sign-in the form is filled again for its owner; it is never submitted automatically. A form that was shown to
    somebody else is not processed. Fragments get 401 if the session has ended.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = kept_form.kept_for(request) if request.user.is_authenticated else None
        response = self.get_response(request)
        if not request.user.is_authenticated:
            return self._signed_out(request, response) if _leads_to_sign_in(response) else response
        if response.status_code == 405 and _is_page_view(request) and _is_navigation(request):
            return redirect(_page_above(request.path))
        if sent and sent == request.session.get(kept_form.KEY) and _has_taken(response):
            kept_form.discard(request)
        elif kept_form.KEY in request.session and _is_page(request, response) and not _asks_again(request):
            kept_form.put_back(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        form = shown_to(request) if request.method == "POST" else None
        if form and request.user.is_authenticated and form.user_id != request.user.pk:
            return render(request, "403_csrf.html", {"is_foreign": True}, status=403)
        return None

    def _signed_out(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)
        if not request.accepts("text/html"):
            return JsonResponse({"message": _("You have been signed out.")}, status=401)
        form = shown_to(request) if request.method == "POST" else None
        if form:
            return sign_in_page(request, typed=kept_form.seal_posted(request, form), page=form.page, status=401)
        return response


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    target = urlsplit(response.headers.get("Location", "")).path
    return response.status_code == 302 and target == resolve_url(settings.LOGIN_URL)


def _has_taken(response: HttpResponseBase) -> bool:
    """Whether the input was processed: stored, or shown again with errors. After a conflict it is kept."""
    return response.status_code < 400 or response.status_code == 422


def _is_page_view(request: HttpRequest) -> bool:
    return request.method == "GET" and not request.headers.get("HX-Request") and request.accepts("text/html")


def _is_navigation(request: HttpRequest) -> bool:
    """Whether a browser navigates, by its address bar or after signing in; scripts get 405 instead."""
    return "text/html" in request.headers.get("Accept", "") or request.path == request.session.pop("signed_in_for", "")


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and response.status_code in (200, 404) and _is_page_view(request)


def _asks_again(request: HttpRequest) -> bool:
    """Whether the page asks for a proof before a sensitive step: the way there is not the end."""
    return bool(request.resolver_match and request.resolver_match.view_name in REAUTHENTICATION)


def _page_above(path: str) -> str:
    """The page of a URL that accepts only posts is its parent: /cases/ID/ for /cases/ID/take/."""
    parts = [part for part in path.split("/") if part][:-1]
    while parts:
        address = f"/{'/'.join(parts)}/"
        try:
            resolve(address)
        except Resolver404:
            parts.pop()
            continue
        return address
    return "/"
