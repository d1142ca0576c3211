"""The page of one action and its steps. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, signed_in

from . import work_actions
from .action_page import ActionPage
from .forms import ActionForm, DoneForm, DropForm, DueForm, GiveForm, StepForm
from .models import Action
from .permissions import action_to_read, case_to_write
from .views import file_page


@require_safe
@signed_in
def action(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What has to be done, why, and the steps that the reader may take."""
    return _page(request, action_to_read(request.user, pk))


@require_POST
@signed_in
def add(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Add an action to a case."""
    case = case_to_write(request.user, pk)
    form = ActionForm(request.POST, centre_id=case.centre_id)
    if not form.is_valid():
        return file_page(request, case, 422, action_form=form)
    work_actions.add_action(by=request.user, case_id=pk, **form.cleaned_data)
    messages.success(request, _("The action was added."))
    return redirect("cases:case", pk)


@require_POST
@signed_in
def take(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), work_actions.take_action, _("This is yours now."))


@require_POST
@signed_in
def begin(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), work_actions.begin_action, _("Under way."))


@require_POST
@signed_in
def finish(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    form = DoneForm(request.POST)
    return _step(request, pk, form, work_actions.finish_action, _("Done."), shown_as="done_form")


@require_POST
@signed_in
def drop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Drop it; a protected duty waits for a second person."""
    form = DropForm(request.POST)
    return _step(request, pk, form, work_actions.drop_action, _("The reason is kept."), shown_as="drop_form")


@require_POST
@signed_in
def confirm_drop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), work_actions.confirm_drop, _("The duty is dropped."))


@require_POST
@signed_in
def refuse_drop(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), work_actions.refuse_drop, _("It is to be done."))


@require_POST
@signed_in
def give(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it to a colleague, or back to the shift."""
    form = GiveForm(request.POST, centre_id=action_to_read(request.user, pk).centre_id)
    return _step(request, pk, form, work_actions.give_action, _("Saved."), shown_as="give_form")


@require_POST
@signed_in
def move_due(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, DueForm(request.POST), work_actions.move_due, _("Saved."), shown_as="due_form")


def _step(
    request: SignedInRequest,
    pk: uuid.UUID,
    form: forms.Form,
    step: Callable[..., None],
    said: str,
    shown_as: str = "step_form",
) -> HttpResponse:
    """Take a step with the values of a valid form; else show the page with its errors."""
    if not form.is_valid():
        return _page(request, action_to_read(request.user, pk), 422, **{shown_as: form})
    step(by=request.user, action_id=pk, **form.cleaned_data)
    messages.success(request, said)
    return redirect(_next_page(request, pk))


def _next_page(request: SignedInRequest, pk: uuid.UUID) -> str:
    """The action, as long as the person may read it: who gave their last action of a case away may not."""
    still = Action.objects.filter(pk=pk).exists()
    return reverse("cases:action", args=[pk]) if still else reverse("worklist:today")


def _page(request: HttpRequest, found: Action, status: int = 200, **bound: forms.Form) -> HttpResponse:
    page = ActionPage(found, request.user)  # type: ignore[arg-type]  # signed_in
    return render(request, "cases/action.html", {"page": page, "action": found, **page.forms(), **bound}, status=status)
