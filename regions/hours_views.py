"""The page of an organisation's opening hours and closing days. Denied and missing are both 404."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.guards import SignedInRequest, found_and_allowed
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.journal.stale import Stale
from foundation.ui.versioned_form import VersionedForm

from . import hours as actions
from .actions import Invalid
from .hours_forms import HOW_TO_WRITE, ExceptionForm, HoursForm, days_in_words
from .hours_text import write_spans
from .models import CalendarException
from .permissions import organisation_for_hours
from .preview import coming_days, state_now


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def hours(request: SignedInRequest, pk: int) -> HttpResponse:
    """Weekly hours, closing days and what follows from them."""
    organisation = organisation_for_hours(request.user, pk)
    form = HoursForm(_posted(request), initial=HoursForm.stored(organisation))
    if request.method != "POST":
        return _page(request, organisation, form, ExceptionForm(initial={"version": 0}))
    status = 422
    if form.is_valid():
        spans = form.cleaned_data["spans"]
        version = form.cleaned_data["version"]
        try:
            actions.set_opening_hours(by=request.user, organisation=organisation, spans=spans, version=version)
            return _saved(request, organisation)
        except Stale:
            form.outdated(HoursForm.stored(organisation))
            status = 409
    return _page(request, organisation, form, ExceptionForm(initial={"version": 0}), status)


@require_POST
@found_and_allowed
def add_exception(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more entry of closing days or special hours."""
    organisation = organisation_for_hours(request.user, pk)
    form = ExceptionForm(request.POST)
    if form.is_valid():
        try:
            actions.add_exception(by=request.user, organisation=organisation, **_values(form))
            return _saved(request, organisation)
        except Invalid:
            form.exists_already()
    return _page(request, organisation, HoursForm(initial=HoursForm.stored(organisation)), form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def edit_exception(request: SignedInRequest, pk: int, exception_pk: int) -> HttpResponse:
    """Change an entry."""
    organisation = organisation_for_hours(request.user, pk)
    exception = CalendarException.objects.get(pk=exception_pk, organisation=organisation)
    stored = ExceptionForm.stored(exception)
    form = ExceptionForm(_posted(request), initial=stored, stored=stored)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            version = form.cleaned_data["version"]
            try:
                actions.save_exception(by=request.user, exception=exception, version=version, **_values(form))
                return _saved(request, organisation)
            except Stale:
                exception = CalendarException.objects.get(pk=exception_pk, organisation=organisation)
                form.outdated(ExceptionForm.stored(exception))
                status = 409
            except Invalid:
                form.exists_already()
    context = {"form": form, "organisation": organisation, "exception": exception}
    return render(request, "regions/exception_form.html", context, status=status)


@require_POST
@found_and_allowed
def remove_exception(request: SignedInRequest, pk: int, exception_pk: int) -> HttpResponse:
    """The usual hours count again."""
    organisation = organisation_for_hours(request.user, pk)
    if actions.remove_exception(by=request.user, organisation=organisation, pk=exception_pk):
        messages.success(request, _("The entry is removed."))
    else:
        messages.info(request, _("Somebody removed this entry already."))
    return redirect("regions:hours", organisation.pk)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _values(form: ExceptionForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _saved(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("regions:hours", organisation.pk)


def _page(
    request: SignedInRequest, organisation: Organisation, form: VersionedForm, new: ExceptionForm, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "organisation": organisation,
        "form": form,
        "new": new,
        "how_to_write": HOW_TO_WRITE,
        "exceptions": exceptions_of(organisation),
        "days": coming_days(organisation, now),
        "now": state_now(organisation, now),
        "is_partner": organisation.kind == OrganisationKind.PARTNER,
        "is_centre": organisation.kind == OrganisationKind.CENTRE,
    }
    return render(request, "regions/hours.html", context, status=status)


def exceptions_of(organisation: Organisation) -> list[dict[str, Any]]:
    """The entries that still count on some day, in words."""
    today = timezone.localdate()
    rows = CalendarException.objects.filter(organisation=organisation).prefetch_related("hours")
    return [
        {"row": row, "days": days_in_words(row), "hours": write_spans(row.as_special_days().hours)}
        for row in rows
        if row.every_year or row.ends_on >= today
    ]
