"""What is written in a draft: goals, factors and planned actions. Forbidden and missing are 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.journal.stale import Stale, stale

from . import content_actions
from .forms import FactorForm, GoalForm, PlannedForm, keep_typed
from .models import Factor, Goal, Plan, PlannedAction
from .pages import PlanPage
from .permissions import plan_to_edit

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Kind:
    """``own_id``: the name that its action has for the id of the row."""

    code: str
    rows: content_actions.Kind
    form: Callable[..., forms.Form]
    fields: Collection[str]
    store: Callable[..., None]
    own_id: str
    new: StrPromise
    title: StrPromise


KINDS: Mapping[str, Kind] = {
    "goal": Kind(
        "goal",
        Goal,
        GoalForm,
        (*GoalForm.base_fields,),
        content_actions.save_goal,
        "goal_id",
        gettext_lazy("New goal"),
        gettext_lazy("Change the goal"),
    ),
    "factor": Kind(
        "factor",
        Factor,
        FactorForm,
        (*FactorForm.base_fields,),
        content_actions.save_factor,
        "factor_id",
        gettext_lazy("New factor"),
        gettext_lazy("Change the factor"),
    ),
    "action": Kind(
        "action",
        PlannedAction,
        PlannedForm,
        (*PlannedForm.base_fields,),
        content_actions.save_planned,
        "planned_id",
        gettext_lazy("New planned action"),
        gettext_lazy("Change the planned action"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: SignedInRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """A new row of a draft."""
    return _form_page(request, _draft(request, pk), KINDS[kind], None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: SignedInRequest, pk: uuid.UUID, row_id: uuid.UUID, kind: str) -> HttpResponse:
    """A row of a draft, to be changed."""
    plan = _draft(request, pk)
    row = content_actions.row_of(plan, KINDS[kind].rows, row_id)
    if row is None:
        raise Http404
    return _form_page(request, plan, KINDS[kind], row)


@require_POST
@signed_in
def remove(request: SignedInRequest, pk: uuid.UUID, row_id: uuid.UUID, kind: str) -> HttpResponse:
    """Take a row out of a draft."""
    plan_to_edit(request.user, pk)
    content_actions.remove(by=request.user, plan_id=pk, kind=KINDS[kind].rows, row_id=row_id)
    messages.success(request, _("Taken out of the draft."))
    return redirect("plans:plan", pk)


def _draft(request: SignedInRequest, pk: uuid.UUID) -> Plan:
    plan = plan_to_edit(request.user, pk)
    if not plan.is_draft:
        raise stale(pk)
    return plan


def _form_page(request: SignedInRequest, plan: Plan, kind: Kind, row: content_actions.Row | None) -> HttpResponse:
    form = _form(request, plan, kind, row)
    if form.is_valid() and _is_saved(request, plan, kind, form):
        messages.success(request, _("Saved in the draft."))
        return redirect("plans:plan", plan.pk)
    context = {
        "page": PlanPage(plan, request.user),
        "plan": plan,
        "form": form,
        "title": kind.title if row else kind.new,
        "remove_url": reverse(f"plans:remove_{kind.code}", args=[plan.pk, row.pk]) if row else "",
    }
    return render(request, "plans/row.html", context, status=422 if form.is_bound else 200)


def _form(request: SignedInRequest, plan: Plan, kind: Kind, row: content_actions.Row | None) -> forms.Form:
    initial: dict[str, Any] = {}
    if row is not None:
        initial = {name: getattr(row, name) for name in kind.fields if hasattr(row, name)}
        initial |= {"row_id": row.pk, "to": getattr(row, "user_id", None)}
    more: dict[str, Any] = {"plan": plan, "user": request.user} if kind.form is PlannedForm else {}
    form = kind.form(request.POST if request.method == "POST" else None, initial=initial, **more)
    for name in ("due_at", "due_on", "starts_on"):
        if row is not None and name in form.fields:
            form.fields[name].stored = getattr(row, name)  # type: ignore[attr-defined]
    return form


def _is_saved(request: SignedInRequest, plan: Plan, kind: Kind, form: forms.Form) -> bool:
    """False, with the reason in the form, if the plan is full, or somebody else has changed the row."""
    values = dict(form.cleaned_data)
    values[kind.own_id] = values.pop("row_id")
    try:
        kind.store(by=request.user, plan_id=plan.pk, **values)
    except content_actions.TooMany:
        form.add_error(None, _("The plan has too many of these already. Nobody reads a longer one."))
    except Stale:
        row = content_actions.row_of(plan, kind.rows, values[kind.own_id])
        if row is None or not Plan.objects.get(pk=plan.pk).is_draft:
            raise
        keep_typed(form, row.version)
    return not form.errors
