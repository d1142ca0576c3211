"""Pages of closing a case together, for the centre and for the bodies. Forbidden and missing are both 404; outdated is
409.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.forms import StepForm
from casework.cases.permissions import case_to_reread, is_open
from casework.teams.models import Team
from casework.teams.permissions import team_to_work_in, writes_case
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.actions import look
from foundation.journal.stale import stale

from . import actions, reopening_actions
from .forms import AnswerForm, DecideForm, OpinionForm, ProposeForm, ReopeningForm, WithdrawForm
from .models import Closure, Reopening
from .pages import ClosingInBrief, ClosurePage, delivered_of, plan_of, reads_case
from .permissions import (
    closure_to_see,
    is_monitored,
    may_propose,
    may_propose_reopening,
    opinion_to_give,
    reopening_to_see,
)


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
    brief = ClosingInBrief(case_id, request.user)
    return render(request, "closures/of_case.html", {"brief": brief, "case_id": case_id})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def propose(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Propose to the bodies of the team that the case is closed; goals and their outcomes stand beside the form."""
    team = _team(case_id, is_allowed=may_propose(request.user, case_id))
    if not is_open(case_id):
        raise stale(case_id)
    look("closure.read", by=request.user, subject=team.pk, centre=team.centre_id)
    posted = request.POST if request.method == "POST" else None
    delivered = delivered_of(case_id)
    form = ProposeForm(posted, delivered=delivered)
    if form.is_valid():
        closure = actions.propose_closure(by=request.user, case_id=case_id, **form.cleaned_data)
        messages.success(request, _("Proposed. The bodies of the team are asked."))
        return redirect("closures:closure", closure.pk)
    context = {"form": form, "team": team, "delivered": delivered, "page": plan_of(case_id, request.user)}
    context["in_case"] = reads_case(case_id)
    return render(request, "closures/propose.html", context, status=422 if form.is_bound else 200)


def _team(case_id: uuid.UUID, *, is_allowed: bool) -> Team:
    """Raises Refused."""
    team = Team.objects.filter(pk=case_id).first()
    if team is None or not is_allowed:
        raise Refused("closure.propose", case_id)
    return team


@require_safe
@signed_in
def closure(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal: what was said, by whom, who is still to be heard, who decides."""
    return closure_page(request, closure_to_see(request.user, pk))


def closure_page(request: SignedInRequest, found: Closure, status: int = 200, **posted: Any) -> HttpResponse:
    """The page of a closing, with posted forms and their errors."""
    version = {"version": found.version}
    context = {
        "page": ClosurePage(found, request.user),
        "closure": found,
        "step_form": StepForm(initial=version),
        "decide_form": DecideForm(initial=version),
        "withdraw_form": WithdrawForm(initial=version),
        **posted,
    }
    return render(request, "closures/closure.html", context, status=status)


@require_safe
@signed_in
def opinion(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The proposal, with the opinion of a body."""
    found = opinion_to_give(request.user, pk)
    form = OpinionForm(initial={"version": found.version})
    return closure_page(request, closure_to_see(request.user, found.closure_id), opinion=found, opinion_form=form)


@require_POST
@signed_in
def answer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = opinion_to_give(request.user, pk)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        seen = closure_to_see(request.user, found.closure_id)
        return closure_page(request, seen, 422, opinion=found, opinion_form=form)
    actions.give_opinion(by=request.user, opinion_id=pk, **form.cleaned_data)
    messages.success(request, _("Your opinion is noted. The team reads it."))
    return redirect("closures:closure", found.closure_id)


@require_POST
@signed_in
def decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The decision of who is accountable for the risk."""
    found = closure_to_see(request.user, pk)
    form = DecideForm(request.POST)
    if form.is_valid() and _is_decided(request, pk, form):
        messages.success(request, _("Decided. The team is told."))
        return redirect("closures:closure", pk)
    return closure_page(request, found, 422, decide_form=form)


def _is_decided(request: SignedInRequest, pk: uuid.UUID, form: DecideForm) -> bool:
    """False, with the reason in the form."""
    try:
        actions.decide(by=request.user, closure_id=pk, **form.cleaned_data)
    except actions.StillHeard:
        form.add_error(None, _("Not everybody has answered yet, and their time is not over."))
    except actions.NeedsReason:
        form.add_error("decision", _("A body is against it. Say why the case is closed all the same."))
    return not form.errors


@require_POST
@signed_in
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = closure_to_see(request.user, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return closure_page(request, found, 422, withdraw_form=form)
    actions.withdraw(by=request.user, closure_id=pk, **form.cleaned_data)
    messages.success(request, _("The proposal is withdrawn."))
    return redirect("closures:closure", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def propose_reopening(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Propose to the centre that a monitored case is opened again."""
    team = _team(case_id, is_allowed=may_propose_reopening(request.user, case_id))
    if not is_monitored(case_id):
        raise stale(case_id)
    form = ReopeningForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = reopening_actions.propose_reopening(by=request.user, case_id=case_id, **form.cleaned_data)
        messages.success(request, _("The centre is asked to open the case again."))
        return redirect("closures:reopening", made.pk)
    context = {"form": form, "team": team, "in_case": reads_case(case_id)}
    return render(request, "closures/propose_reopening.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def reopening(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal to open a case again, and for the centre its answer."""
    found = reopening_to_see(request.user, pk)
    return _reopening_page(request, found, 200, AnswerForm(initial={"version": found.version}))


def _reopening_page(request: SignedInRequest, found: Reopening, status: int, form: forms.Form) -> HttpResponse:
    may_answer = found.is_proposed and writes_case(request.user, found.team_id)
    context = {"reopening": found, "form": form, "may_answer": may_answer, "in_case": reads_case(found.team_id)}
    return render(request, "closures/reopening.html", context, status=status)


@require_POST
@signed_in
def answer_reopening(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = reopening_to_see(request.user, pk)
    if not writes_case(request.user, found.team_id):
        raise Refused("reopening.answer", pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _reopening_page(request, found, 422, form)
    reopening_actions.answer_reopening(by=request.user, reopening_id=pk, **form.cleaned_data)
    said = _("The case is open again.") if form.cleaned_data["reopens"] else _("The team reads why not.")
    messages.success(request, said)
    return redirect("closures:reopening", pk)
