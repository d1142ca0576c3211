"""Fragments of the desk that are polled. Each has a stable id; the response is 204 if nothing changed."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from foundation.accounts.models import User

from . import desk
from .actions import choose_region
from .forms import RegionForm
from .models import Contact
from .permissions import contact_to_write
from .place import place_of
from .recognition import earlier_contacts, leave_trace


@require_safe
@handlers_only
def callbacks(request: CentreRequest) -> HttpResponse:
    return render(request, "hotline/parts/callbacks.html", {"worklist": desk.callbacks_waiting(timezone.now())})


@require_safe
@handlers_only
def open_contacts(request: CentreRequest) -> HttpResponse:
    """``?current=``: the id of the contact on the desk."""
    context = {"open_contacts": desk.open_contacts(request.user), "current": request.GET.get("current", "")}
    return render(request, "hotline/parts/open.html", context)


@require_safe
@handlers_only
def shift(request: CentreRequest) -> HttpResponse:
    return render(request, "hotline/parts/shift.html", {"shift": desk.contacts_for_shift(request.user)})


@require_safe
@handlers_only
def endings(request: CentreRequest) -> HttpResponse:
    return render(request, "hotline/parts/endings.html", {"ending_contacts": desk.ending_contacts(request.user)})


@require_safe
@handlers_only
def today(request: CentreRequest) -> HttpResponse:
    return render(request, "hotline/parts/today.html", {"today": desk.today(request.user, request.centre)})


@require_safe
@handlers_only
def access(request: CentreRequest) -> HttpResponse:
    context = {"access_requests": desk.access_to_decide(request.user, request.centre)}
    return render(request, "hotline/parts/access.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def region(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The select for the region, beside the form: derived from the postal code until somebody chooses one."""
    contact = contact_to_write(request.user, contact_id)
    if request.method != "POST":
        return _if_new(request, "hotline/parts/region.html", region_context(contact))
    form = RegionForm(request.POST, country=contact.country, selected=contact.region_id)
    if not form.is_valid():
        raise BadRequest
    chosen = choose_region(by=request.user, contact_id=contact_id, region=form.cleaned_data["region"])
    answer = render(request, "hotline/parts/region.html", region_context(chosen))
    answer.headers["HX-Trigger"] = "place-changed"
    return answer


@require_safe
@handlers_only
def place(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    return _if_new(request, "hotline/parts/place.html", place_context(contact_to_write(request.user, contact_id)))


@require_safe
@handlers_only
def earlier(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The access is recorded if the fragment shows something new."""
    contact = contact_to_write(request.user, contact_id)
    context = earlier_context(request.user, contact)
    if not _is_shown(request, context):
        leave_trace(request.user, contact, context["earlier"])
    return _if_new(request, "hotline/parts/earlier.html", context)


def place_context(contact: Contact) -> dict[str, Any]:
    shown = place_of(contact)
    return {"contact": contact, "place": shown, "place_mark": _digest(f"{contact.country}|{shown.mark}")}


def region_context(contact: Contact) -> dict[str, Any]:
    form = RegionForm(country=contact.country, selected=contact.region_id)
    return {**place_context(contact), "region_form": form}


def earlier_context(user: User, contact: Contact) -> dict[str, Any]:
    found = earlier_contacts(user, contact)
    return {"contact": contact, "earlier": found, "earlier_mark": _digest(repr(found))}


def _if_new(request: CentreRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    if _is_shown(request, context):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, template, context)


def _is_shown(request: CentreRequest, context: dict[str, Any]) -> bool:
    """Whether the page shows this already: it sends the digest of its content."""
    return request.GET.get("shown") in {value for name, value in context.items() if name.endswith("_mark")}


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
