"""The public page of a release: without account and session, only for releases that were made public."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager, nullcontext

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .downloads import answer
from .models import Release
from .presenting import page


@require_safe
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    with as_reader(request):
        found = _found(pk)
        context = {"release": found, "page": page(found.in_language()), "has_paper": found.papers.exists()}
    return render(request, "publishing/public.html", context)


@require_safe
def download(request: HttpRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    with as_reader(request):
        return answer(_found(pk), form)


def as_reader(request: HttpRequest) -> AbstractContextManager[None]:
    """Run as a service that may read only public releases, unless somebody is signed in."""
    if request.user.is_authenticated:
        return nullcontext()
    return acting_as(service_user(Service.PUBLIC), purpose="public page")


def _found(pk: uuid.UUID) -> Release:
    found = Release.objects.public().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
