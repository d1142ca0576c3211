"""Pages of reviews, for the centre and for the bodies. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.models import Case
from casework.cases.permissions import case_to_reread
from casework.cases.states import CaseState
from casework.teams.models import Team
from casework.teams.permissions import team_to_work_in
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.stale import stale

from . import actions
from .forms import AcceptForm, DropForm, HoldForm, MoveForm, PlanForm
from .pages import ReviewPage, ReviewsInBrief
from .permissions import holders_for, may_hold, may_plan_reviews, review_to_see, usual_holder
from .vocabulary import ReviewKind


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page."""
    case_to_reread(request.user, case_id)
    return _brief(request, case_id)


@require_safe
@signed_in
def of_team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the team's page."""
    team_to_work_in(request.user, case_id)
    return _brief(request, case_id)


def _brief(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    context = {"brief": ReviewsInBrief(case_id, request.user), "case_id": case_id}
    return render(request, "reviews/of_case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Plan a review. For the centre and for bodies of the team."""
    case = Case.objects.select_related("centre").filter(pk=case_id).first()
    place = case or Team.objects.select_related("centre").filter(pk=case_id).first()
    if place is None or not may_plan_reviews(request.user, case_id):
        raise Refused("review.plan", case_id)
    if case and case.state == CaseState.CLOSED:
        raise stale(case_id)
    holders = holders_for(request.user, case_id, place.centre)
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, holders=holders, usual=usual_holder(case_id, place.centre))
    if form.is_valid() and _is_done(form, actions.plan_review, by=request.user, case_id=case_id, **_planned(form)):
        messages.success(request, _("The review is planned."))
        return redirect("cases:case" if case else "teams:team", case_id)
    context = {"form": form, "reference": place.reference, "case_id": case_id, "reads_case": bool(case)}
    return render(request, "reviews/plan.html", context, status=422 if form.is_bound else 200)


def _planned(form: PlanForm) -> dict[str, Any]:
    return {**form.cleaned_data, "kind": ReviewKind(form.cleaned_data["kind"])}


def _is_done(form: Form, action: Callable[..., Any], **values: Any) -> bool:
    """False, with the reason in the form, if somebody in it is no longer there."""
    try:
        action(**values)
    except actions.CannotHold:
        form.add_error("next_holder" if "next_holder" in form.fields else "holder", _("No longer in the team."))
    except actions.NotInTeam:
        form.add_error("took_part", _("One of these bodies is no longer in the team."))
    return not form.errors


@require_safe
@signed_in
def review(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One review: when, who, and what was found."""
    return _page(request, ReviewPage(review_to_see(request.user, pk), request.user))


def _page(request: SignedInRequest, page: ReviewPage, status: int = 200, **posted: Any) -> HttpResponse:
    context = {**_context(page), **page.forms(), **posted}
    return render(request, "reviews/review.html", context, status=status)


def _context(page: ReviewPage) -> dict[str, Any]:
    """The review, and where its page belongs."""
    place = {"reference": page.review.team.reference, "case_id": page.review.team_id, "reads_case": page.reads_case}
    return {"page": page, "review": page.review, **place}


@require_POST
@signed_in
def accept(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    page = _to_plan(request, pk)
    form = page.form(AcceptForm, request.POST)
    return _step(request, page, form, actions.accept_review, _("The review is planned."), "accept_form")


@require_POST
@signed_in
def drop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    page = _to_plan(request, pk)
    return _step(request, page, DropForm(request.POST), actions.drop_review, _("It is dropped."), "drop_form")


def _to_plan(request: SignedInRequest, pk: uuid.UUID) -> ReviewPage:
    page = ReviewPage(review_to_see(request.user, pk), request.user)
    if not page.may_plan:
        raise Refused("review.plan", pk)
    return page


def _step(
    request: SignedInRequest, page: ReviewPage, form: Form, action: Callable[..., None], said: str, shown_as: str
) -> HttpResponse:
    """Take a step with the values of a valid form; else show the page with its errors."""
    pk = page.review.pk
    if not form.is_valid() or not _is_done(form, action, by=request.user, review_id=pk, **form.cleaned_data):
        return _page(request, page, 422, **{shown_as: form})
    messages.success(request, said)
    return redirect("reviews:review", pk)


@require_POST
@signed_in
def move(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    page = _to_hold(request, pk)
    form: MoveForm = page.form(MoveForm, request.POST)
    if not form.is_valid():
        return _page(request, page, 422, move_form=form)
    values = {name: form.cleaned_data[name] for name in ("version", "reason")}
    if not _is_done(form, actions.move_review, by=request.user, review_id=pk, following=form.following(), **values):
        return _page(request, page, 422, move_form=form)
    messages.success(request, _("The review is moved."))
    return redirect("reviews:review", form.cleaned_data["next_id"])


def _to_hold(request: SignedInRequest, pk: uuid.UUID) -> ReviewPage:
    page = ReviewPage(review_to_see(request.user, pk), request.user)
    if not may_hold(request.user, page.review):
        raise Refused("review.hold", pk)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def hold(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The four questions."""
    page = _to_hold(request, pk)
    if request.method != "POST" and not page.review.is_to_hold:
        raise stale(pk)
    form: HoldForm = page.hold_form(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_held(request, pk, form):
        messages.success(request, _("The review is noted."))
        return redirect("reviews:review", pk)
    context = {**_context(page), "form": form}
    return render(request, "reviews/hold.html", context, status=422 if form.is_bound else 200)


def _is_held(request: SignedInRequest, pk: uuid.UUID, form: HoldForm) -> bool:
    values = {"answers": form.answers(), "following": form.following(), "reason": form.cleaned_data.get("reason", "")}
    version = form.cleaned_data["version"]
    return _is_done(form, actions.hold_review, by=request.user, review_id=pk, version=version, **values)
