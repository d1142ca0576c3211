"""Pages of plans, for the centre and for the bodies. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.forms import StepForm
from casework.cases.models import Case
from casework.cases.permissions import case_to_reread
from casework.teams.permissions import team_to_work_in
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.stale import Stale, stale

from . import actions
from .forms import BeginForm, ObjectForm, OutcomeForm, TextsForm, VersionForm, keep_typed
from .models import Agreement, Goal, Plan
from .pages import PlanInBrief, PlanPage
from .permissions import may_answer, may_plan, plan_to_edit, plan_to_see


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page: the plan in brief."""
    case_to_reread(request.user, case_id)
    return _brief(request, case_id)


@require_safe
@signed_in
def of_team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the team's page: the plan in brief."""
    team_to_work_in(request.user, case_id)
    return _brief(request, case_id)


def _brief(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    brief = PlanInBrief(case_id, request.user)
    return render(request, "plans/of_case.html", {"brief": brief, "case_id": case_id, "begin_form": BeginForm()})


@require_POST
@signed_in
def begin(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Begin the first plan of a case."""
    if not may_plan(request.user, case_id):
        raise Refused("plan.write", case_id)
    form = BeginForm(request.POST)
    if not form.is_valid():
        raise stale(case_id)
    plan = actions.begin_plan(by=request.user, case_id=case_id, **form.cleaned_data)
    return redirect("plans:plan", plan.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_version(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin a new version of the plan in force."""
    plan = plan_to_edit(request.user, pk)
    if not plan.is_in_force:
        raise stale(pk)
    form = VersionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        draft = actions.begin_plan(by=request.user, case_id=plan.team_id, **form.cleaned_data)
        return redirect("plans:plan", draft.pk)
    context = {"page": PlanPage(plan, request.user), "plan": plan, "form": form}
    return render(request, "plans/new_version.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def plan(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One version of a plan."""
    return plan_page(request, plan_to_see(request.user, pk))


def plan_page(request: SignedInRequest, found: Plan, status: int = 200, **posted: Any) -> HttpResponse:
    """The page of a version, with posted forms and their errors."""
    step = StepForm(initial={"version": found.version})
    context = {"page": PlanPage(found, request.user), "plan": found, "step_form": step, **posted}
    return render(request, "plans/plan.html", context, status=status)


@require_safe
@signed_in
def agreement(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The plan, with the answer of a body."""
    found = _agreement(request, pk)
    return _answer_page(request, found, 200, ObjectForm(initial={"version": found.version}))


def _agreement(request: SignedInRequest, pk: uuid.UUID) -> Agreement:
    found = Agreement.objects.select_related("organisation", "data_key").filter(pk=pk).first()
    if found is None or not may_answer(request.user, found):
        raise Refused("plan.answer", pk)
    return found


def _answer_page(request: SignedInRequest, found: Agreement, status: int, form: ObjectForm) -> HttpResponse:
    """Who answers too late is told what became of the proposal."""
    if not Plan.objects.filter(pk=found.plan_id).exists():
        raise stale(found.plan_id)
    seen = plan_to_see(request.user, found.plan_id)
    return plan_page(request, seen, status, agreement=found, object_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the aim and the person's view in a draft."""
    found = plan_to_edit(request.user, pk)
    if not found.is_draft:
        raise stale(pk)
    names = [name for name in TextsForm.base_fields if name != "version"]
    initial = {"version": found.version, **{name: getattr(found, name) for name in names}}
    form = TextsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _is_edited(request, pk, form):
        messages.success(request, _("Saved in the draft."))
        return redirect("plans:plan", pk)
    context = {"page": PlanPage(found, request.user), "plan": found, "form": form}
    return render(request, "plans/edit.html", context, status=422 if form.is_bound else 200)


def _is_edited(request: SignedInRequest, pk: uuid.UUID, form: TextsForm) -> bool:
    """False, with what was typed in the form, if somebody else has changed the draft."""
    try:
        actions.edit_plan(by=request.user, plan_id=pk, **form.cleaned_data)
    except Stale:
        now = plan_to_edit(request.user, pk)
        if not now.is_draft:
            raise
        keep_typed(form, now.version)
    return not form.errors


@require_POST
@signed_in
def propose(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    plan_to_edit(request.user, pk)
    try:
        response = _step(request, pk, actions.propose_plan, "")
    except actions.EmptyPlan:
        messages.error(request, _("There is nothing in it yet: neither a goal nor an action."))
        return redirect("plans:plan", pk)
    except actions.NotInTeam as refused:
        said = _("Not proposed, because these are not in the team: %(bodies)s. Give their actions to somebody else.")
        messages.error(request, said % {"bodies": ", ".join(refused.bodies)})
        return redirect("plans:plan", pk)
    is_in_force = Plan.objects.in_force().filter(pk=pk).exists()
    said = _("The plan is in force.") if is_in_force else _("Proposed. The bodies see it and are asked.")
    messages.success(request, said)
    return response


@require_POST
@signed_in
def take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    plan_to_edit(request.user, pk)
    return _step(request, pk, actions.take_back, _("The proposal is a draft again."))


@require_POST
@signed_in
def discard(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    plan_to_edit(request.user, pk)
    return _step(request, pk, actions.discard_plan, _("The draft is discarded."))


def _step(request: SignedInRequest, pk: uuid.UUID, action: Callable[..., None], said: str) -> HttpResponse:
    form = StepForm(request.POST)
    if not form.is_valid():
        raise stale(pk)
    action(by=request.user, plan_id=pk, **form.cleaned_data)
    if said:
        messages.success(request, said)
    return redirect("plans:plan", pk)


@require_POST
@signed_in
def agree(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = _agreement(request, pk)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise stale(found.plan_id)
    actions.agree(by=request.user, agreement_id=pk, **form.cleaned_data)
    is_in_force = Plan.objects.in_force().filter(pk=found.plan_id).exists()
    messages.success(request, _("Agreed: the plan is in force.") if is_in_force else _("Agreed."))
    return redirect("plans:plan", found.plan_id)


@require_POST
@signed_in
def object_to(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = _agreement(request, pk)
    form = ObjectForm(request.POST)
    if not form.is_valid():
        return _answer_page(request, found, 422, form)
    actions.object_to(by=request.user, agreement_id=pk, **form.cleaned_data)
    messages.success(request, _("Your objection is with those who plan."))
    return _to_case(request, found.team_id)


def _to_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Who objected sees the draft no longer."""
    return redirect("cases:case" if Case.objects.filter(pk=case_id).exists() else "teams:team", case_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outcome(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What became of a goal of the plan in force."""
    goal = Goal.objects.select_related("plan", "data_key").filter(pk=pk).first()
    if goal is None:
        raise Refused("plan.write", pk)
    found = plan_to_edit(request.user, goal.plan_id)
    if not found.is_in_force:
        raise stale(found.pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.note_outcome(by=request.user, goal_id=pk, **form.cleaned_data)
        messages.success(request, _("The outcome is noted."))
        return redirect("plans:plan", found.pk)
    context: dict[str, forms.Form | Any] = {"page": PlanPage(found, request.user), "plan": found, "goal": goal}
    return render(request, "plans/outcome.html", {**context, "form": form}, status=422 if form.is_bound else 200)
