"""The component gallery: every component, filled with plain fictional content. Mounted in development only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery.html")
