"""The component gallery: every component, filled with plain fictional content. Mounted in development only."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from ui.gallery import content


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page."""
    return render(request, "ui/gallery.html", content())


def gallery_desk(request: HttpRequest) -> HttpResponse:
    """The three columns of the desk."""
    return render(request, "ui/gallery_desk.html", content())


def gallery_save(request: HttpRequest) -> JsonResponse:
    """Says yes to everything: for trying the autosave."""
    version = int(request.POST.get("version") or 0) + 1
    return JsonResponse({"version": version, "saved_text": f"Saved {timezone.localtime():%H:%M}"})
