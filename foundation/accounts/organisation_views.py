"""Pages on which administrators add and change organisations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import actions
from .administration import address
from .forms import OrganisationForm
from .guards import SignedInRequest, administrators_only
from .models import Membership, Organisation, OrganisationKind
from .refusals import ChangedMeanwhile, InUse, NameTaken, UnknownTimeZone


@require_safe
@administrators_only
def organisations(request: SignedInRequest) -> HttpResponse:
    """All organisations, by kind."""
    show_closed = request.GET.get("show") == "closed"
    rows = Organisation.objects.filter(is_active=not show_closed).order_by("name")
    groups = [(kind, [row for row in rows if row.kind == kind]) for kind in OrganisationKind]
    context = {"groups": [(kind, found) for kind, found in groups if found], "show_closed": show_closed}
    return render(request, "accounts/organisations.html", context)


@require_safe
@administrators_only
def organisation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One organisation, with its people and links to its other pages."""
    row = get_object_or_404(Organisation, pk=pk)
    people = Membership.objects.active().filter(organisation=row).select_related("user").order_by("user__name", "pk")
    is_own = request.user.centre is not None and request.user.centre.pk == pk
    context = {"organisation": row, "people": people, "pages": _pages(row), "is_own": is_own}
    return render(request, "accounts/organisation.html", context)


def _pages(row: Organisation) -> list[tuple[str, str]]:
    """Pages of other apps about it: (URL, label)."""
    found = [(address("regions:hours", row.pk), _("Opening hours and closing days"))]
    if row.kind == OrganisationKind.CENTRE:
        found.append((address("switchboard:lines"), _("Telephone lines")))
    if row.kind == OrganisationKind.PARTNER:
        found.append((address("regions:edit_profile", row.pk), _("What they offer")))
        found.append((address("regions:edit_coverage", row.pk), _("Where they work")))
        found.append((address("regions:conflicts"), _("Conflicts of interest")))
    return [(url, label) for url, label in found if url]


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_organisation(request: SignedInRequest) -> HttpResponse:
    """Add an organisation."""
    country = request.user.centre.country if request.user.centre else "DE"
    initial = {"version": 0, "country": country, "kind": request.GET.get("kind")}
    form = OrganisationForm(request.POST or None, initial=initial, organisation=None, country=country)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "kind", "country", "time_zone")}
        try:
            made = actions.create_organisation(by=request.user, **values)
        except NameTaken:
            _name_taken(form)
        except UnknownTimeZone:
            _zone_unknown(form)
        else:
            messages.success(request, _("“%(name)s” is in the list now.") % {"name": made.name})
            return redirect("accounts:organisation", made.pk)
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change an organisation."""
    row = get_object_or_404(Organisation, pk=pk)
    initial = OrganisationForm.stored(row)
    form = OrganisationForm(request.POST or None, initial=initial, organisation=row, country=row.country)
    status = 422
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "country", "time_zone", "version")}
        try:
            actions.save_organisation(by=request.user, organisation=row, **values)
        except NameTaken:
            _name_taken(form)
        except UnknownTimeZone:
            _zone_unknown(form)
        except ChangedMeanwhile:
            form.outdated(OrganisationForm.stored(Organisation.objects.get(pk=pk)))
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:organisation", pk)
    return _page(request, form, row, status)


def _page(
    request: SignedInRequest, form: OrganisationForm, row: Organisation | None, status: int = 422
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "organisation": row}
    status = status if request.method == "POST" else 200
    return render(request, "accounts/organisation_form.html", context, status=status)


def _name_taken(form: OrganisationForm) -> None:
    form.add_error("name", _("There is an organisation of this kind with this name already."))


def _zone_unknown(form: OrganisationForm) -> None:
    form.add_error("time_zone", _("The database does not know this time zone; choose another, like Europe/Berlin."))


@require_POST
@administrators_only
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Deactivate an organisation."""
    row = get_object_or_404(Organisation, pk=pk)
    try:
        actions.close_organisation(by=request.user, organisation=row)
    except InUse as refused:
        messages.error(request, " ".join([_("It is still needed:"), *refused.reasons]))
    else:
        messages.success(request, _("“%(name)s” is out of use now.") % {"name": row.name})
    return redirect("accounts:organisation", pk)


@require_POST
@administrators_only
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Activate an organisation again."""
    actions.reopen_organisation(by=request.user, organisation=get_object_or_404(Organisation, pk=pk))
    messages.success(request, _("It is in use again."))
    return redirect("accounts:organisation", pk)
