"""The counts in the top bar; and the component gallery, which is mounted in development only."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import defaults
from django.views.decorators.http import require_safe

from foundation.ui.gallery import content


@require_safe
@login_required
def nav_counts(request: HttpRequest) -> HttpResponse:
    """The counts beside the entries of the top bar, as out-of-band fragments."""
    return render(request, "ui/nav_counts.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in the reader's language, or in all three if the request was refused before the user was known."""
    if not hasattr(request, "user"):
        return defaults.bad_request(request, exception)
    return render(request, "ui/not_understood.html", status=400)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page."""
    return render(request, "ui/gallery.html", {**content(), "is_demo": True})


def gallery_desk(request: HttpRequest) -> HttpResponse:
    """The three columns of the desk."""
    return render(request, "ui/gallery_desk.html", {**content(), "is_demo": True})


def gallery_save(request: HttpRequest) -> JsonResponse:
    """Accepts everything, to try the autosave."""
    version = int(request.POST.get("version") or 0) + 1
    return JsonResponse({"version": version, "saved_text": f"Saved {timezone.localtime():%H:%M}"})
