"""The public page of a release: no account, no session, nothing but what was released and made public."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.services import Service, service_user
from privacy.context import acting_as

from .downloads import answer
from .models import Release
from .presenting import page


@require_safe
@cache_control(public=True, max_age=300)
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found, languages = _public(request, pk)
    context: dict[str, Any] = {"release": found, "page": page(found.in_language()), "has_paper": bool(languages)}
    return render(request, "publishing/public.html", context)


@require_safe
@cache_control(public=True, max_age=300)
def download(request: HttpRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    if request.user.is_authenticated:
        return answer(_found(pk), form)
    with acting_as(service_user(Service.PUBLIC), purpose="public page"):
        return answer(_found(pk), form)


def _public(request: HttpRequest, pk: uuid.UUID) -> tuple[Release, list[str]]:
    """Whoever is signed in has a context already and reads as themselves."""
    if request.user.is_authenticated:
        return _read(pk)
    with acting_as(service_user(Service.PUBLIC), purpose="public page"):
        return _read(pk)


def _read(pk: uuid.UUID) -> tuple[Release, list[str]]:
    found = _found(pk)
    return found, list(found.papers.values_list("language", flat=True))


def _found(pk: uuid.UUID) -> Release:
    found = Release.objects.public().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
