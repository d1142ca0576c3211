"""Pages of assessments, for the centre and for bodies. Forbidden and missing are both 404; outdated is 409."""

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

from casework.cases.models import Case
from casework.cases.permissions import case_to_reread, is_open, works_in_team
from casework.teams.models import Team
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.stale import stale
from triage.engine.answers import visible

from . import actions
from .forms import PREFIX, ContentForm, DeclineForm, DeliverForm, RequestForm, StepForm
from .models import AssessmentContent, CaseAssessment
from .pages import AssessmentPage, assessments_of, given_in
from .permissions import assessment_to_see, assessment_to_write, authors_for, people_who_assess, reads_case
from .questionnaire import unanswered


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page."""
    case = case_to_reread(request.user, case_id)
    return _list(request, case.pk, may_ask=case.is_open and bool(authors_for(request.user, case.pk, case.centre)))


@require_safe
@signed_in
def of_team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the team's page."""
    if not works_in_team(request.user, case_id):
        raise Refused("team.read", case_id)
    return _list(request, case_id, may_ask=is_open(case_id))


def _list(request: SignedInRequest, case_id: uuid.UUID, *, may_ask: bool) -> HttpResponse:
    return render(
        request, "assessments/list.html", {"rows": assessments_of(case_id), "case_id": case_id, "may_ask": may_ask}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask for an assessment, or begin one's own. For the centre and for the bodies of the team."""
    case = Case.objects.select_related("centre").filter(pk=case_id).first()
    place = case or Team.objects.select_related("centre").filter(pk=case_id).first()
    authors = authors_for(request.user, case_id, place.centre) if place else []
    if place is None or not authors:
        raise Refused("case_assessment.ask", case_id)
    if not is_open(case_id):
        raise stale(case_id)
    form = RequestForm(request.POST if request.method == "POST" else None, authors=authors)
    if form.is_valid():
        made = actions.request(by=request.user, case_id=case_id, **form.values())
        messages.success(request, _("Begun.") if made.is_writable else _("%(name)s is asked.") % {"name": made.author})
        return redirect("assessments:write" if made.is_writable else "assessments:assessment", made.pk)
    context = {"form": form, "reference": place.reference, "case_id": case_id, "reads_case": bool(case)}
    context["works_in_team"] = not case
    return render(request, "assessments/ask.html", context, status=422 if form.is_bound else 200)


@require_safe
@signed_in
def assessment(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One assessment; what differs from an earlier one (``with``)."""
    return _page(request, pk)


def _page(request: SignedInRequest, pk: uuid.UUID, status: int = 200, **posted: Any) -> HttpResponse:
    page = AssessmentPage(assessment_to_see(request.user, pk), request.user)
    earlier = page.compared_with(request.GET.get("with", ""))
    context = {
        **_place(request, page.assessment),
        "page": page,
        "case_assessment": page.assessment,
        "earlier": earlier,
        "differences": page.differences_from(earlier) if earlier else None,
        **page.forms(),
        **posted,
    }
    return render(request, "assessments/assessment.html", context, status=status)


@require_POST
@signed_in
def begin(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.begin, _("Begun."), "begin_form")


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
    step(by=request.user, assessment_id=pk, **form.cleaned_data)
    messages.success(request, said)
    return redirect("assessments:write" if step is actions.begin else "assessments:assessment", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def write(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The questions, for the author alone. Saving shows the questions that the answers add."""
    found, content = _to_write(request, pk)
    template = found.questionnaire
    form = ContentForm(
        request.POST if request.method == "POST" else None,
        template=template,
        shown=visible(template, given_in(template, content)).questions,
        initial=_initial(content),
    )
    if form.is_valid():
        kept = {name: form.cleaned_data[name] for name in ("version", "notes", "conclusion")}
        actions.write(by=request.user, assessment_id=pk, answers=form.answers(content.answers), **kept)
        if "deliver" in request.POST:
            return redirect("assessments:deliver", pk)
        messages.success(request, _("Saved."))
        return redirect("assessments:write", pk)
    context = {**_about(request, found, content), "form": form}
    return render(request, "assessments/write.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def deliver(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Deliver, and choose what the team reads."""
    found, content = _to_write(request, pk)
    people = [one for one in people_who_assess(found.team_id, found.centre) if one.user.pk != request.user.pk]
    initial = {"version": content.version}
    posted = request.POST if request.method == "POST" else None
    form = DeliverForm(posted, template=found.questionnaire, people=people, initial=initial)
    if form.is_valid() and _is_delivered(request, pk, form):
        messages.success(request, _("Delivered."))
        return redirect("assessments:assessment", pk)
    context = {**_about(request, found, content), "form": form}
    return render(request, "assessments/deliver.html", context, status=422 if form.is_bound else 200)


def _is_delivered(request: SignedInRequest, pk: uuid.UUID, form: DeliverForm) -> bool:
    """False, with the reason in the form, if something is missing."""
    try:
        actions.deliver(by=request.user, assessment_id=pk, **form.values())
    except actions.NotComplete as error:
        if error.questions:
            form.add_error(None, _("Some questions have no answer yet. “Not known” is one."))
        if error.needs_conclusion:
            form.add_error(None, _("There is no conclusion yet."))
    except actions.NotToAsk:
        form.add_error("readers", _("One of these people no longer works on the case."))
    return not form.errors


def _to_write(request: SignedInRequest, pk: uuid.UUID) -> tuple[CaseAssessment, AssessmentContent]:
    """Raises Refused for others than the author, Stale for one that is not under way."""
    found = assessment_to_write(request.user, pk)
    if not found.is_writable:
        raise stale(pk)
    return found, AssessmentContent.objects.select_related("data_key").get(assessment=found)


def _initial(content: AssessmentContent) -> dict[str, Any]:
    answers = {PREFIX + question: answer for question, answer in content.answers.items()}
    return {"version": content.version, "notes": content.notes, "conclusion": content.conclusion, **answers}


def _place(request: SignedInRequest, found: CaseAssessment) -> dict[str, Any]:
    """Where the page belongs, as far as the user gets there."""
    return {
        "reference": found.team.reference,
        "case_id": found.team_id,
        "reads_case": reads_case(request.user, found.team_id),
        "works_in_team": works_in_team(request.user, found.team_id),
    }


def _about(request: SignedInRequest, found: CaseAssessment, content: AssessmentContent) -> dict[str, Any]:
    template = found.questionnaire
    given = given_in(template, content)
    return {
        "case_assessment": found,
        "content": content,
        **_place(request, found),
        "missing": unanswered(template, given),
        "advice": template.advice(visible(template, given).given),
    }
