"""Pages and fragments of the triage, and what its forms post: shared by its views and by those that go on to a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.accounts.guards import CentreRequest
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import actions, checklist, panel, prefill
from .forms import CompleteForm, ReviewForm
from .models import Assessment
from .permissions import assessment_of, may_confirm, may_discard
from .questionnaire import Checklist
from .rules import Proposal, propose
from .vocabulary import Duty


def assessment_and_version(request: CentreRequest, contact: Contact) -> tuple[Assessment, int]:
    """The assessment, which is started if there is none, and the version that the page shows.

    Raises Stale when the page shows an assessment that was discarded or superseded since.
    """
    seen_id, seen = seen_version(request)
    known = assessment_of(contact)
    if seen_id and (known is None or known.pk != seen_id):
        raise stale(seen_id)
    if known is None and seen:
        raise stale(contact.pk)
    # A page without an assessment was rendered before the start, so it has the first version.
    return known or actions.start(by=request.user, contact_id=contact.pk), max(seen, 1)


def seen_version(request: CentreRequest) -> tuple[UUID | None, int]:
    """The assessment that the page shows, if any, and its version."""
    try:
        seen = request.POST.get("assessment", "")
        assessment_id = UUID(seen) if seen else None
        return assessment_id, int(request.POST["version"])
    except (KeyError, ValueError) as error:
        raise BadRequest from error


def panel_page(request: CentreRequest, contact: Contact, assessment: Assessment | None, **shown: bool) -> HttpResponse:
    """``shown``: initial state of the panel: ``has_focus``, ``is_discarded``."""
    context: dict[str, Any] = {"contact": contact, "may_write": may_write_contact(request.user, contact), **shown}
    if assessment is None or (assessment.is_draft and context["may_write"]):
        context.update(_filling_in(contact, assessment), **discardable(request, assessment))
    else:
        context.update(result(assessment))
    whole_page = not is_part(request)
    return render(request, "triage/page.html" if whole_page else "triage/panel.html", context)


def _filling_in(contact: Contact, assessment: Assessment | None) -> dict[str, Any]:
    """The checklist with the current answers. Nothing is stored before the first answer."""
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


def discardable(request: CentreRequest, assessment: Assessment | None) -> dict[str, Any]:
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
    """A fingerprint of the proposal: an open decision form is reloaded when it differs."""
    return " ".join([proposal.disposition, proposal.urgency, *sorted(duty.value for duty in proposal.duties)])


def answered(contact: Contact, assessment: Assessment, question: str) -> dict[str, Any]:
    """Fragments after an answer: the proposal, and the parts of the checklist that changed."""
    context = _filling_in(contact, assessment)
    depending = panel.depending_on(assessment.checklist, question)
    changed = [view for section in context["sections"] for view in section.questions if view.question.id in depending]
    counted = {question, *depending}
    counts = [s for s in context["first"] if any(v.question.id in counted for v in s.questions)]
    return {**context, "contact": contact, "changed": changed, "counts": counts}


def result(assessment: Assessment) -> dict[str, Any]:
    """Context of a completed assessment, or of a draft that the reader may not change."""
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


def proposed_form(contact: Contact) -> CompleteForm:
    assessment = assessment_of(contact)
    if assessment is None:
        return CompleteForm(proposal=propose(checklist.current(), prefill.from_contact(contact)), version=0)
    return CompleteForm(proposal=assessment.proposal(), version=assessment.version)


def posted_completion(request: CentreRequest, contact: Contact) -> tuple[CompleteForm, Assessment, int]:
    """The posted form of the decision, and the version of the assessment that the page shows."""
    assessment, version = assessment_and_version(request, contact)
    return CompleteForm(request.POST, proposal=assessment.proposal(), version=version), assessment, version


def finish_page(request: CentreRequest, contact: Contact, form: CompleteForm, status: int = 200) -> HttpResponse:
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


def confirmation_page(request: CentreRequest, assessment: Assessment, form: ReviewForm) -> HttpResponse:
    context = {**result(assessment), "form": form, "may_confirm": may_confirm(request.user, assessment)}
    return render(request, "triage/confirmation.html", context, status=422 if form.errors else 200)


def tell_decision(request: CentreRequest, *, is_confirmed: bool) -> None:
    messages.success(request, _("Confirmed.") if is_confirmed else _("Sent back to the handler."))
