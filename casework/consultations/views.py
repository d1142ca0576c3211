"""Pages of consultations, for who asks and who is asked. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.models import Case
from casework.cases.permissions import case_to_reread, is_open, works_in_team
from casework.teams.models import Team
from casework.teams.permissions import writes_case
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.stale import stale
from foundation.worklist.absences import people_away

from . import actions
from .forms import AnswerForm, AskForm, DeclineForm, StepForm
from .models import Consultation
from .pages import ConsultationPage, asked_by_bodies_of, shared_with_centre
from .permissions import asking_bodies, consultants_for, consultation_to_see


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page."""
    case = case_to_reread(request.user, case_id)
    may_ask = case.is_open and writes_case(request.user, case_id)
    return _list(request, case_id, shared_with_centre(case_id), may_ask=may_ask)


@require_safe
@signed_in
def of_team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the team's page."""
    if not works_in_team(request.user, case_id):
        raise Refused("team.read", case_id)
    return _list(request, case_id, asked_by_bodies_of(request.user, case_id), may_ask=is_open(case_id))


def _list(request: SignedInRequest, case_id: uuid.UUID, rows: list[Consultation], *, may_ask: bool) -> HttpResponse:
    return render(request, "consultations/list.html", {"rows": rows, "case_id": case_id, "may_ask": may_ask})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask somebody. For the centre and for the bodies of the team."""
    case = Case.objects.select_related("centre").filter(pk=case_id).first()
    place = case or Team.objects.select_related("centre").filter(pk=case_id).first()
    bodies = asking_bodies(request.user, case_id, place.centre) if place else []
    if place is None or not bodies:
        raise Refused("consultation.ask", case_id)
    if not is_open(case_id):
        raise stale(case_id)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        bodies=bodies,
        centre=place.centre,
        consultants=consultants_for(request.user, case_id, place.centre),
        away=people_away(timezone.now()),
    )
    if form.is_valid() and (made := _asked(request, case_id, form)):
        messages.success(request, _("%(name)s is asked.") % {"name": made.consultant.name})
        return redirect("consultations:consultation", made.pk)
    context = {"form": form, "reference": place.reference, "case_id": case_id, "reads_case": bool(case)}
    context["works_in_team"] = not case
    return render(request, "consultations/ask.html", context, status=422 if form.is_bound else 200)


def _asked(request: SignedInRequest, case_id: uuid.UUID, form: AskForm) -> Consultation | None:
    """None, with the reason in the form, if the person cannot be asked any more."""
    try:
        return actions.ask(by=request.user, case_id=case_id, **form.values())
    except actions.NotToAsk:
        form.add_error("consultant", _("This person can no longer be asked."))
    return None


@require_safe
@signed_in
def consultation(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, pk)


@require_POST
@signed_in
def answer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, AnswerForm(request.POST), actions.answer, _("The answer is sent."), "answer_form")


@require_POST
@signed_in
def decline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    said = _("Who asked is told.")
    return _step(request, pk, DeclineForm(request.POST), actions.decline, said, "decline_form")


@require_POST
@signed_in
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.withdraw, _("It is withdrawn."), "withdraw_form")


def _step(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, step: Callable[..., None], said: str, shown_as: str
) -> HttpResponse:
    """Take a step with the values of a valid form; else show the page with its errors."""
    if not form.is_valid():
        return _page(request, pk, 422, **{shown_as: form})
    step(by=request.user, consultation_id=pk, **form.cleaned_data)
    messages.success(request, said)
    return redirect("consultations:consultation", pk)


def _page(request: SignedInRequest, pk: uuid.UUID, status: int = 200, **posted: Any) -> HttpResponse:
    page = ConsultationPage(consultation_to_see(request.user, pk), request.user)
    shown = page.forms()
    kept = {name: form for name, form in posted.items() if name in shown}
    context = {"page": page, "consultation": page.consultation, **page.place(), **shown, **kept}
    return render(request, "consultations/consultation.html", context, status=status)
