"""A denial looks like an absence; times are those of the place where the reader works."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .permissions import NotAllowed
from .time_zones import zone_of

GetResponse = Callable[[HttpRequest], HttpResponse]


class DeniedIsNotFound:
    """An action that raises NotAllowed is answered as if the thing did not exist: 404, as JSON where that is wanted."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Raises Http404, which goes Django's usual way to the 404 page."""
        if not isinstance(exception, NotAllowed | Http404):
            return None
        if request.accepts("text/html"):
            raise Http404 from exception
        return JsonResponse({"message": _("This is not open to you (any more).")}, status=404)


class TimesOfTheReader:
    """Show and read times in the time zone of the organisation that the signed-in person works for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)
