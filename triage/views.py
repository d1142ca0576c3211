"""The checklist beside the contact, and the coordinator's confirmations. Denied and missing are both 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import actions, checklist, panel, prefill
from .forms import CompleteForm, NoteForm, ReviewForm
from .models import Assessment
from .permissions import (
    assessment_of,
    assessment_to_confirm,
    assessments_to_confirm,
    contact_to_assess,
    contact_to_show,
    may_confirm,
    may_discard,
)
from .questionnaire import Checklist
from .rules import AnswerError, Proposal, propose
from .vocabulary import Duty


@require_safe
@handlers_only
def show(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The panel; a whole page when it is not fetched into one."""
    contact = contact_to_show(request.user, contact_id)
    return _panel(request, contact, assessment_of(contact))


@require_POST
@handlers_only
def answer(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save one answer; the first one starts the assessment. Gives the proposal as it is now."""
    contact = contact_to_assess(request.user, contact_id)
    question = request.POST.get("question", "")
    assessment, version = _assessment(request, contact)
    try:
        saved = actions.answer(
            by=request.user,
            assessment_id=assessment.pk,
            question_id=question,
            answer=request.POST.getlist(question),
            version=version,
        )
    except AnswerError as error:
        raise BadRequest from error
    context = {**_answered(contact, saved, question), **_discardable(request, saved)}
    return render(request, "triage/parts/answered.html", context)


@require_POST
@handlers_only
def note(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save the note on a section."""
    contact = contact_to_assess(request.user, contact_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    assessment, version = _assessment(request, contact)
    about = form.cleaned_data["about"]
    text = form.cleaned_data["text"]
    try:
        saved = actions.note(by=request.user, assessment_id=assessment.pk, about=about, text=text, version=version)
    except ValueError as error:
        raise BadRequest from error
    context = {"contact": contact, "assessment": saved, "version": saved.version}
    return render(request, "triage/parts/noted.html", {**context, **_discardable(request, saved)})


@require_http_methods(["GET", "POST"])
@handlers_only
def finish(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Say what follows: as proposed, or otherwise with a reason."""
    contact = contact_to_assess(request.user, contact_id)
    if request.method == "GET":
        return _finish(request, contact, _completion(contact))
    assessment, version = _assessment(request, contact)
    proposal = assessment.proposal()
    form = CompleteForm(request.POST, proposal=proposal, version=version)
    if not form.is_valid():
        return _finish(request, contact, form, status=422)
    done = actions.complete(by=request.user, assessment_id=assessment.pk, version=version, choice=form.choice())
    return _panel(request, contact, done, has_focus=True)


@require_POST
@handlers_only
def discard(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """End a draft that was begun by mistake, and show what counts now."""
    contact = contact_to_assess(request.user, contact_id)
    assessment_id, version = _seen(request)
    if not assessment_id or not Assessment.objects.of_contact(contact.pk).filter(pk=assessment_id).exists():
        raise Http404
    try:
        reason = request.POST.get("reason", "")
        actions.discard(by=request.user, assessment_id=assessment_id, version=version, reason=reason)
    except actions.SecuringDuties as error:
        return _not_discarded(request, contact, error)
    return _panel(request, contact, assessment_of(contact), has_focus=True, is_discarded=True)


def _not_discarded(request: CentreRequest, contact: Contact, error: actions.SecuringDuties) -> HttpResponse:
    named = ", ".join(str(duty.label) for duty in error.duties)
    said = _("Not discarded. Open: %(duties)s. Only a coordinator can discard it, with a reason.") % {"duties": named}
    back = reverse("triage:panel", args=[contact.pk])
    if not is_part(request):
        messages.error(request, said)
        return redirect(back)
    answer = render(request, "ui/stale_notice.html", {"reason": said, "back": back}, status=409)
    answer.headers["HX-Retarget"] = "#messages"
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer


@require_POST
@handlers_only
def again(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """A new assessment that begins with the answers of the completed one."""
    contact = contact_to_assess(request.user, contact_id)
    old = assessment_of(contact)
    if old is None:
        raise BadRequest
    draft = old if old.is_draft else actions.supersede(by=request.user, assessment_id=old.pk)
    return _panel(request, contact, draft, has_focus=True)


@require_safe
@handlers_only
def confirmations(request: CentreRequest) -> HttpResponse:
    """What waits for a second person, oldest first."""
    waiting = assessments_to_confirm(request.user, request.centre.pk)
    return render(request, "triage/confirmations.html", {"waiting": waiting})


@require_http_methods(["GET", "POST"])
@handlers_only
def confirmation(request: CentreRequest, assessment_id: UUID) -> HttpResponse:
    """One choice that needs a second person: confirm it or send it back."""
    assessment = assessment_to_confirm(request.user, assessment_id)
    form = ReviewForm(request.POST or None, initial={"version": assessment.version})
    if request.method == "POST" and form.is_valid():
        return _decide(request, assessment, form)
    context = {**_result(assessment), "form": form, "may_confirm": may_confirm(request.user, assessment)}
    return render(request, "triage/confirmation.html", context, status=422 if form.errors else 200)


def _decide(request: CentreRequest, assessment: Assessment, form: ReviewForm) -> HttpResponse:
    decided = form.cleaned_data
    seen = {"version": decided["version"], "note": decided["note"]}
    if decided["decision"] == "confirm":
        actions.confirm(by=request.user, assessment_id=assessment.pk, **seen)
        messages.success(request, _("Confirmed."))
    else:
        actions.send_back(by=request.user, assessment_id=assessment.pk, **seen)
        messages.success(request, _("Sent back to the handler."))
    return redirect("triage:confirmations")


def _assessment(request: CentreRequest, contact: Contact) -> tuple[Assessment, int]:
    """The assessment, started where there was none, and the version that the page has seen.

    Raises Stale when the page has seen another one, which was discarded or superseded since.
    """
    seen_id, seen = _seen(request)
    known = assessment_of(contact)
    if seen_id and (known is None or known.pk != seen_id):
        raise stale(seen_id)
    if known is None and seen:
        raise stale(contact.pk)
    # A page that has seen no assessment yet counts as one that has seen it begin.
    return known or actions.start(by=request.user, contact_id=contact.pk), max(seen, 1)


def _seen(request: CentreRequest) -> tuple[UUID | None, int]:
    """The assessment that the page shows, if any, and its version."""
    try:
        seen = request.POST.get("assessment", "")
        assessment_id = UUID(seen) if seen else None
        return assessment_id, int(request.POST["version"])
    except (KeyError, ValueError) as error:
        raise BadRequest from error


def _panel(request: CentreRequest, contact: Contact, assessment: Assessment | None, **shown: bool) -> HttpResponse:
    """``shown``: what the panel does at first: ``has_focus``, ``is_discarded``."""
    context: dict[str, Any] = {"contact": contact, "may_write": may_write_contact(request.user, contact), **shown}
    if assessment is None or (assessment.is_draft and context["may_write"]):
        context.update(_filling_in(contact, assessment), **_discardable(request, assessment))
    else:
        context.update(_result(assessment))
    whole_page = not is_part(request)
    return render(request, "triage/page.html" if whole_page else "triage/panel.html", context)


def _filling_in(contact: Contact, assessment: Assessment | None) -> dict[str, Any]:
    """The checklist with the answers so far; before the first answer nothing is stored."""
    asked = assessment.checklist if assessment else checklist.current()
    answers = assessment.answers if assessment else prefill.from_contact(contact)
    notes = assessment.notes if assessment else {}
    sections = panel.sections(asked, answers, notes)
    context = {
        "assessment": assessment,
        "sections": sections,
        "first": panel.first_questions(sections),
        "folded": panel.folded_questions(sections),
        "folded_count": panel.count_not_asked(panel.folded_questions(sections)),
    }
    proposal = assessment.proposal() if assessment else propose(asked, answers)
    return {**context, **_proposal(asked, proposal, assessment.version if assessment else 0)}


def _discardable(request: CentreRequest, assessment: Assessment | None) -> dict[str, Any]:
    if assessment is None or not may_discard(request.user, assessment):
        return {"may_discard": False}
    lost = [duty for duty in Duty if duty in actions.duties_lost(assessment)]
    is_second = can(request.user, Permission.TRIAGE_CONFIRM, assessment.centre_id)
    return {"may_discard": True, "duties_lost": lost, "may_discard_duties": is_second or not lost}


def _proposal(asked: Checklist, proposal: Proposal, version: int) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "proposed": _mark(proposal),
        "version": version,
        "because": panel.because(asked, proposal.reasons),
        "duties": panel.duties(asked, proposal.duties, proposal.standing),
        "services": panel.services(proposal.services),
        "missing": panel.missing(asked, proposal),
    }


def _mark(proposal: Proposal) -> str:
    """What tells an open decision that it was made for another proposal."""
    return " ".join([proposal.disposition, proposal.urgency, *sorted(duty.value for duty in proposal.duties)])


def _answered(contact: Contact, assessment: Assessment, question: str) -> dict[str, Any]:
    """The proposal, and the parts of the checklist that the answer changes."""
    context = _filling_in(contact, assessment)
    depending = panel.depending_on(assessment.checklist, question)
    changed = [view for section in context["sections"] for view in section.questions if view.question.id in depending]
    counted = {question, *depending}
    counts = [s for s in context["first"] if any(v.question.id in counted for v in s.questions)]
    return {**context, "contact": contact, "changed": changed, "counts": counts}


def _result(assessment: Assessment) -> dict[str, Any]:
    """A completed assessment as it was kept, or a draft that the reader may not change."""
    asked = assessment.checklist
    sections = panel.sections(asked, assessment.answers, assessment.notes)
    return {
        "assessment": assessment,
        "contact": assessment.contact,
        "sections": sections,
        "not_asked": panel.not_asked(sections),
        "count_not_asked": panel.count_not_asked(sections),
        "because": panel.because(asked, panel.stored_reasons(assessment.reasons)),
        "duties": panel.duties(asked, assessment.duties),
        "dropped": panel.duties(asked, set(assessment.proposed_duties) - set(assessment.duties)),
        "services": panel.services(assessment.services),
    }


def _completion(contact: Contact) -> CompleteForm:
    assessment = assessment_of(contact)
    if assessment is None:
        return CompleteForm(proposal=propose(checklist.current(), prefill.from_contact(contact)), version=0)
    return CompleteForm(proposal=assessment.proposal(), version=assessment.version)


def _finish(request: CentreRequest, contact: Contact, form: CompleteForm, status: int = 200) -> HttpResponse:
    whole_page = not is_part(request)
    template = "triage/finish.html" if whole_page else "triage/parts/finish.html"
    context = {
        "contact": contact,
        "assessment": assessment_of(contact),
        "form": form,
        "proposal": form.proposal,
        "proposed": _mark(form.proposal),
    }
    response = render(request, template, context, status=status)
    if not whole_page:
        response.headers["HX-Retarget"] = "#triage-finish"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
