"""Pages of releases, for the centre and for the bodies. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.forms import StepForm
from casework.cases.models import Case
from casework.cases.permissions import case_to_reread, is_open
from casework.teams.models import Team
from casework.teams.permissions import team_to_work_in
from foundation.accounts.guards import CentreRequest, SignedInRequest, at_the_centre, signed_in
from foundation.accounts.permissions import Refused
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale, stale

from . import actions
from .calendar import months_of
from .forms import AnnounceForm, CancelForm, ChangeForm, MoveForm, WithoutReportForm, keep_typed
from .models import TEXTS_OF_RELEASE, PrisonRelease
from .pages import ReleasePage, ReleasesOfCase
from .permissions import NotResponsible, may_announce, release_to_see, release_to_write, who_can_be_responsible


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page."""
    case = case_to_reread(request.user, case_id)
    return _list(request, ReleasesOfCase(case.pk, request.user, is_open=case.is_open))


@require_safe
@signed_in
def of_team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the team's page."""
    team_to_work_in(request.user, case_id)
    return _list(request, ReleasesOfCase(case_id, request.user, is_open=is_open(case_id)))


def _list(request: SignedInRequest, page: ReleasesOfCase) -> HttpResponse:
    return render(request, "releases/of_case.html", {"page": page, "case_id": page.case_id})


@require_safe
@at_the_centre(Permission.CASE_ASSIGN)
def calendar(request: CentreRequest) -> HttpResponse:
    """All current releases of the centre by month, for its coordinators."""
    return render(request, "releases/calendar.html", {"months": months_of(request.centre)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def announce(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Announce a release. For the centre and for the bodies that coordinate."""
    case = Case.objects.select_related("centre").filter(pk=case_id).first()
    place = case or Team.objects.select_related("centre").filter(pk=case_id).first()
    if place is None or not may_announce(request.user, case_id):
        raise Refused("prison_release.write", case_id)
    responsible = who_can_be_responsible(case_id, place.centre)
    form = AnnounceForm(request.POST if request.method == "POST" else None, responsible=responsible)
    if not is_open(case_id) or PrisonRelease.objects.current().filter(team=case_id).exists():
        return _announced_already(case_id, form)
    if form.is_valid() and (made := _is_announced(request, case_id, form)):
        messages.success(request, _("Announced. The team sees it."))
        return redirect("releases:release", made.pk)
    context = {"form": form, "reference": place.reference, "case_id": case_id, "in_case": bool(case)}
    return render(request, "releases/announce.html", context, status=422 if form.is_bound else 200)


def _announced_already(case_id: uuid.UUID, form: AnnounceForm) -> HttpResponse:
    """A repeated post leads to the release that it has announced. Raises Stale."""
    repeated = (
        PrisonRelease.objects.filter(pk=form.cleaned_data["release_id"], team=case_id) if form.is_valid() else None
    )
    if repeated is None or not repeated.exists():
        raise stale(case_id)
    return redirect("releases:release", form.cleaned_data["release_id"])


def _is_announced(request: SignedInRequest, case_id: uuid.UUID, form: AnnounceForm) -> PrisonRelease | None:
    try:
        return actions.announce(by=request.user, case_id=case_id, **form.values())
    except NotResponsible:
        form.say_no_longer()
    return None


@require_safe
@signed_in
def release(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One release from prison."""
    return _page(request, pk)


def _page(request: SignedInRequest, pk: uuid.UUID, status: int = 200, **posted: Any) -> HttpResponse:
    page = ReleasePage(release_to_see(request.user, pk), request.user)
    context = {"page": page, "prison_release": page.release, **page.forms(), **posted}
    return render(request, "releases/release.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what is said of a release, and who answers for it."""
    found = release_to_write(request.user, pk)
    if not found.is_current:
        raise stale(pk)
    responsible = who_can_be_responsible(found.team_id, found.centre)
    chosen = f"{found.organisation_id}-{found.user_id or ''}"
    texts = {name: getattr(found, name) for name in TEXTS_OF_RELEASE}
    initial = {"version": found.version, "responsible": chosen, **texts}
    form = ChangeForm(request.POST if request.method == "POST" else None, responsible=responsible, initial=initial)
    if form.is_valid() and _is_changed(request, pk, form):
        messages.success(request, _("Saved."))
        return redirect("releases:release", pk)
    context = {"page": ReleasePage(found, request.user), "prison_release": found, "form": form}
    return render(request, "releases/change.html", context, status=422 if form.is_bound else 200)


def _is_changed(request: SignedInRequest, pk: uuid.UUID, form: ChangeForm) -> bool:
    """False, with what was typed in the form, if somebody else has changed it."""
    try:
        actions.change(by=request.user, release_id=pk, **form.values())
    except NotResponsible:
        form.say_no_longer()
    except Stale:
        now = release_to_write(request.user, pk)
        if not now.is_current:
            raise
        keep_typed(form, now.version)
    return not form.errors


@require_POST
@signed_in
def move_date(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, MoveForm(request.POST), actions.move_date, _("The date is moved."), "move_form")


@require_POST
@signed_in
def prepared(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.mark_prepared, _("It is prepared."), "step_form")


@require_POST
@signed_in
def released(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.mark_released, _("The person is out."), "step_form")


@require_POST
@signed_in
def settled(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.mark_settled, _("It is settled."), "step_form")


@require_POST
@signed_in
def cancel(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, CancelForm(request.POST), actions.cancel, _("It is cancelled."), "cancel_form")


@require_POST
@signed_in
def without_report(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    said = _("Noted: there is no exit report.")
    form = WithoutReportForm(request.POST)
    return _step(request, pk, form, actions.do_without_report, said, "without_report_form")


def _step(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, step: Callable[..., None], said: str, shown_as: str
) -> HttpResponse:
    """Take a step with the values of a valid form; else show the page with its errors."""
    release_to_write(request.user, pk)
    if not form.is_valid():
        if shown_as == "step_form":  # its page has changed
            raise stale(pk)
        return _page(request, pk, 422, **{shown_as: form})
    try:
        step(by=request.user, release_id=pk, **form.cleaned_data)
    except actions.StillInPrison:
        messages.error(request, _("The date is still to come. Move it first if the person was released earlier."))
    else:
        messages.success(request, said)
    return redirect("releases:release", pk)
