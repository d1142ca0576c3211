"""Pages of releases for coordinators, who make them, and funders, who read them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import CentreRequest, at_the_centre, needs_recent_proof
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale

from . import actions
from .downloads import answer
from .models import Release
from .periods import Refusal, choices
from .presenting import name, page

readers = at_the_centre(Permission.RELEASE_READ)
makers = at_the_centre(Permission.RELEASE_MAKE)


@require_safe
@readers
def releases(request: CentreRequest) -> HttpResponse:
    return _list(request)


@require_POST
@makers
def prepare(request: CentreRequest) -> HttpResponse:
    try:
        made = actions.prepare_release(by=request.user, centre=request.centre, code=request.POST.get("period", ""))
    except LookupError as error:
        raise Http404 from error
    except Refusal as refusal:
        return _list(request, str(refusal), status=409)
    return redirect("publishing:release", made.pk)


@require_safe
@readers
def release(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """``beside``: another release of the same kind to compare with. Everything else is 404."""
    return _page(request, _found(request, pk))


@require_POST
@makers
def publish(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        made = actions.release_figures(by=request.user, release_id=pk)
    except actions.SamePerson as refusal:
        return _page(request, _found(request, pk), str(refusal), status=409)
    except Stale:
        return _stale(request)
    messages.success(request, _("Released. Funders can read it now; it is never changed."))
    return redirect("publishing:release", made.pk)


@require_POST
@makers
def discard(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        actions.discard_release(by=request.user, release_id=pk)
    except Stale:
        return _stale(request)
    messages.success(request, _("Discarded. The period can be prepared again."))
    return redirect("publishing:releases")


@require_POST
@makers
def make_public(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        actions.show_publicly(by=request.user, release_id=pk, is_public=request.POST.get("public") == "yes")
    except Stale:
        return _stale(request)
    return redirect("publishing:release", pk)


@require_safe
@readers
@needs_recent_proof
def download(request: CentreRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    return answer(_found(request, pk), form)


def _found(request: CentreRequest, pk: uuid.UUID) -> Release:
    """The release; row-level security shows funders only released ones, coordinators also prepared ones."""
    rows = Release.objects.kept().filter(centre=request.centre)
    return get_object_or_404(rows.select_related("prepared_by", "ended_by"), pk=pk)


def _list(request: CentreRequest, refusal: str = "", status: int = 200) -> HttpResponse:
    today = timezone.now().astimezone(request.centre.zone).date()
    rows = Release.objects.kept().filter(centre=request.centre).newest_first().defer("content")
    every = list(rows.select_related("prepared_by"))
    taken = {(one.first, one.last) for one in every}
    may_make = can(request.user, Permission.RELEASE_MAKE, request.centre.pk)
    context = {
        "releases": [one for one in every if one.is_released],
        "prepared": [one for one in every if one.is_prepared],
        "may_make": may_make,
        "periods": [(one.code, name(one)) for one in choices(today) if (one.first, one.last) not in taken],
        "refusal": refusal,
    }
    return render(request, "publishing/releases.html", context, status=status)


def _page(request: CentreRequest, found: Release, refusal: str = "", status: int = 200) -> HttpResponse:
    before = _beside(request, found)
    others = Release.objects.released().filter(centre=request.centre, kind=found.kind).exclude(pk=found.pk)
    context: dict[str, Any] = {
        "release": found,
        "page": page(found.in_language(), before.in_language() if before else None),
        "before": before,
        "others": others.newest_first().defer("content")[:12],
        "has_paper": found.papers.exists(),
        "may_make": can(request.user, Permission.RELEASE_MAKE, request.centre.pk),
        "is_own": found.prepared_by_id == request.user.pk,
        "public_url": request.build_absolute_uri(reverse("publishing:public", args=[found.pk])),
        "refusal": refusal,
    }
    return render(request, "publishing/release.html", context, status=status)


def _beside(request: CentreRequest, found: Release) -> Release | None:
    wanted = request.GET.get("beside", "")
    if not wanted:
        return None
    try:
        key = uuid.UUID(wanted)
    except ValueError as error:
        raise Http404 from error
    rows = Release.objects.released().filter(centre=request.centre, kind=found.kind).exclude(pk=found.pk)
    return get_object_or_404(rows, pk=key)


def _stale(request: CentreRequest) -> HttpResponse:
    return render(request, "ui/stale.html", {"back": reverse("publishing:releases")}, status=409)
