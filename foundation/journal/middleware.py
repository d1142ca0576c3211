"""Records looks and refusals; turns Stale into a 409 response with who changed what, and when."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused

from .actions import look, looks_together, record_refusal
from .declared_looks import Leaves, first_uuid
from .models import Event
from .stale import Stale

GetResponse = Callable[[HttpRequest], HttpResponse]


class RefusalsAreRecorded:
    """Leave one entry for each refused request of a signed-in user, after its transaction has ended.

    Refused is what is answered with 404 although the URL exists, and what a view has noted (`note_refusal`).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refused = getattr(request, "refusal", None)
        if refused is None and response.status_code == 404 and request.resolver_match:
            refused = Refused(request.resolver_match.view_name, first_uuid(request.resolver_match.kwargs))
        if refused and request.user.is_authenticated:
            record_refusal(refused.what, by=request.user, subject=refused.subject)
        return response


class LooksAreRecorded:
    """Write the looks of a request before its response is sent, with the one that the view's URL name declares."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with looks_together():
            response = self.get_response(request)
            if request.resolver_match and request.method == "GET" and response.status_code == 200:
                _declared_look(request, request.resolver_match)
        return response


def _declared_look(request: HttpRequest, match: ResolverMatch) -> None:
    declared, user = settings.LOOKS.get(match.view_name), request.user
    if isinstance(declared, Leaves) and isinstance(user, User):
        what, centre = declared.code(match.kwargs, request.GET), user.centre
        look(what, by=user, subject=first_uuid(match.kwargs), centre=centre.pk if centre else None)


class StaleIsConflict:
    """Turn Stale into a 409 response with the changes: a page, a fragment or JSON."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Stale):
            return None
        reason = what_changed(exception)
        if not request.accepts("text/html"):
            return JsonResponse({"message": reason}, status=409)
        context = {"reason": reason, "back": _came_from(request)}
        if request.headers.get("HX-Request"):
            answer = render(request, "ui/stale_notice.html", context, status=409)
            answer.headers["HX-Retarget"] = "#messages"
            answer.headers["HX-Reswap"] = "innerHTML"
            return answer
        return render(request, "ui/stale.html", context, status=409)


def what_changed(stale: Stale) -> str:
    """Who changed it and when, in one sentence; without a name if the reader may not see the events."""
    newest: Event | None = stale.events[0] if stale.events else None
    if newest is None:
        return _("Somebody has changed this meanwhile. Your step was not carried out.")
    when = timezone.localtime(newest.at)
    return _("%(name)s changed this at %(time)s. Your step was not carried out.") % {
        "name": newest.actor.name,
        "time": date_format(when, "TIME_FORMAT" if when.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"),
    }


def _came_from(request: HttpRequest) -> str:
    """The page from which the request was sent, if it is ours."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
