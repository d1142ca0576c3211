"""The network's pages. Forbidden and missing are both 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, found_and_allowed
from foundation.accounts.models import Organisation
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale
from foundation.ui.versioned_form import VersionedForm

from . import actions, permissions
from .directory import Search, entries, entry, knows
from .forms import CoverageForm, LiaisonForm, PauseForm, ProfileForm, SearchForm
from .hours_text import write_spans
from .models import IntakePause, Liaison, PartnerProfile, Region
from .network import calendar_for, partners, partners_without_profile, pauses_on
from .overview import liaisons_of, map_of, services_of
from .preview import coming_days
from .reasons import names_of_regions
from .vocabulary import Weekday


@require_safe
@found_and_allowed
def network(request: SignedInRequest) -> HttpResponse:
    """Who covers what, and the gaps."""
    require(request.user, Permission.NETWORK_READ)
    country, countries = _country(request)
    shown = services_of(country)
    national = [profile.organisation for profile in partners(country).filter(is_national=True)]
    context = {"matrix": shown, "map": map_of(country, shown), "national": national}
    return render(request, "regions/network.html", {**context, **_frame(request, country, countries)})


@require_safe
@found_and_allowed
def partner_list(request: SignedInRequest) -> HttpResponse:
    """The partners, filtered."""
    require(request.user, Permission.NETWORK_READ)
    country, countries = _country(request)
    form = SearchForm({**request.GET.dict(), "country": country})
    form.is_valid()
    search = Search(country, **{name: form.cleaned_data.get(name, "") for name in form.fields if name != "country"})
    context = {
        "form": form,
        "entries": entries(search, timezone.localdate(), request.user),
        "unknown_place": not knows(search),
        "without_profile": partners_without_profile(),
    }
    return render(request, "regions/partners.html", {**context, **_frame(request, country, countries)})


@require_safe
@found_and_allowed
def partner(request: SignedInRequest, pk: int) -> HttpResponse:
    """One partner."""
    organisation = permissions.partner_for_reading(request.user, pk)
    return _partner_page(request, organisation, PauseForm(initial={"starts_on": timezone.localdate()}))


def _partner_page(
    request: SignedInRequest, organisation: Organisation, form: PauseForm, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    profile = partners(organisation.country).filter(organisation=organisation).first()
    profile = profile or PartnerProfile(organisation=organisation)
    known, pause_now = permissions.known_load(request.user), pauses_on(today).get(organisation.pk)
    shown = entry(profile, names_of_regions(), known, pause_now)
    context = {
        "organisation": organisation,
        "entry": shown,
        "pauses": organisation.intake_pauses.ending_from(today).order_by("starts_on"),
        "hours": _hours(organisation),
        "pause_form": form,
        "may_edit": permissions.may_edit(request.user),
        "coming": [day for day in coming_days(organisation, timezone.now()) if day.why],
        "may_pause": permissions.may_pause(request.user, organisation),
    }
    return render(request, "regions/partner.html", context, status=status)


def _hours(organisation: Organisation) -> list[tuple[str, str]]:
    """The opening times in words, day by day."""
    hours = calendar_for(organisation).hours
    spans = {day: write_spans(hours.get(day, ())) for day in Weekday}
    return [(str(day.label), told) for day, told in spans.items() if told]


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def edit_profile(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the partner offers."""
    organisation, profile = _for_editing(request, pk)
    form = ProfileForm(_posted(request), initial=ProfileForm.stored(profile), country=organisation.country)
    save = partial(actions.save_profile, by=request.user, organisation=organisation)
    return _edit(request, organisation, form, save, lambda: ProfileForm.stored(_profile(organisation)))


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def edit_coverage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where the partner works."""
    organisation, profile = _for_editing(request, pk)
    stored = CoverageForm.stored(organisation, profile)
    form = CoverageForm(_posted(request), initial=stored, organisation=organisation)

    def save(*, version: int, regions: list[Region], **_groups: list[str]) -> None:
        actions.set_coverage(by=request.user, organisation=organisation, regions=regions, version=version)

    return _edit(request, organisation, form, save, lambda: CoverageForm.stored(organisation, _profile(organisation)))


def _for_editing(request: SignedInRequest, pk: int) -> tuple[Organisation, PartnerProfile | None]:
    organisation = permissions.partner_for_editing(request.user, pk)
    return organisation, _profile(organisation)


def _profile(organisation: Organisation) -> PartnerProfile | None:
    return PartnerProfile.objects.filter(organisation=organisation).first()


def _edit(
    request: SignedInRequest,
    organisation: Organisation,
    form: VersionedForm,
    save: Callable[..., object],
    stored: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Show the form, or save it and redirect to the partner; concurrent changes are shown."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(**form.cleaned_data)
            except Stale:
                form.outdated(stored())
                status = 409
            else:
                messages.success(request, _("Saved."))
                return redirect("regions:partner", organisation.pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "regions/partner_form.html", context, status=status)


@require_POST
@found_and_allowed
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """No new cases for a while."""
    organisation = permissions.partner_for_pausing(request.user, pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _partner_page(request, organisation, form, 422)
    actions.pause_intake(by=request.user, organisation=organisation, **form.cleaned_data)
    messages.success(request, _("The pause is noted. No referral is offered while it lasts."))
    return redirect("regions:partner", organisation.pk)


@require_POST
@found_and_allowed
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """New cases again."""
    found: IntakePause = permissions.pause_for_resuming(request.user, pk)
    if actions.resume_intake(by=request.user, pause=found):
        messages.success(request, _("The pause is over."))
    else:
        messages.info(request, _("Somebody ended this pause already."))
    return redirect("regions:partner", found.organisation_id)


@require_safe
@found_and_allowed
def liaison_list(request: SignedInRequest) -> HttpResponse:
    """Contacts in other bodies, and the sectors that have none yet."""
    require(request.user, Permission.NETWORK_READ)
    country, countries = _country(request)
    found = Liaison.objects.current().filter(region__country=country).select_related("region", "organisation")
    context = {"matrix": liaisons_of(country), "liaisons": found.order_by("region", "sector", "post")}
    return render(request, "regions/liaisons.html", {**context, **_frame(request, country, countries)})


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def new_liaison(request: SignedInRequest) -> HttpResponse:
    """Add a liaison."""
    require(request.user, Permission.NETWORK_EDIT)
    country, _countries = _country(request)
    initial = {"version": 0, "sector": request.GET.get("sector"), "region": request.GET.get("region")}
    form = LiaisonForm(_posted(request), initial=initial, country=country)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        actions.add_liaison(by=request.user, **values)
        return _saved_liaison(request, country)
    return _liaison_page(request, form, country, None, 422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def edit_liaison(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a liaison."""
    liaison = permissions.liaison_for_editing(request.user, pk)
    country = liaison.region.country
    form = LiaisonForm(_posted(request), initial=LiaisonForm.stored(liaison), country=country)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.save_liaison(by=request.user, liaison=liaison, **form.cleaned_data)
                return _saved_liaison(request, country)
            except Stale:
                form.outdated(LiaisonForm.stored(permissions.liaison_for_editing(request.user, pk)))
                status = 409
            except actions.Invalid:
                form.add_error("post", _("This post is in the list already."))
    return _liaison_page(request, form, country, liaison, status)


@require_POST
@found_and_allowed
def finish_liaison(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a liaison."""
    require(request.user, Permission.NETWORK_EDIT)
    liaison = Liaison.objects.select_related("region").get(pk=pk)
    if actions.end_liaison(by=request.user, liaison=liaison):
        messages.success(request, _("The liaison has ended."))
    return redirect(_in_country("regions:liaisons", liaison.region.country))


def _liaison_page(
    request: SignedInRequest, form: LiaisonForm, country: str, liaison: Liaison | None, status: int
) -> HttpResponse:
    context = {"form": form, "country": country, "liaison": liaison}
    return render(request, "regions/liaison_form.html", context, status=status)


def _saved_liaison(request: SignedInRequest, country: str) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(_in_country("regions:liaisons", country))


def _in_country(url_name: str, country: str) -> str:
    return f"{reverse(url_name)}?country={country}"


def _country(request: SignedInRequest) -> tuple[str, list[Region]]:
    """The country to show (asked for, else the person's own, else the first) and all there are."""
    countries = list(Region.objects.at_level(0).by_name())
    codes = [region.code for region in countries]
    own = [membership.organisation.country for membership in request.user.active_memberships]
    wanted = [request.GET.get("country", ""), *own, *codes]
    return next((code for code in wanted if code in codes), ""), countries


def _posted(request: SignedInRequest) -> QueryDict | None:
    """What was posted; None for a request that only wants to see the form."""
    return request.POST if request.method == "POST" else None


def _frame(request: SignedInRequest, country: str, countries: list[Region]) -> dict[str, Any]:
    """Context of every list page of the network."""
    return {"country": country, "countries": countries, "may_edit": permissions.may_edit(request.user)}
