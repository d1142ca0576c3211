"""Pages and fragments of the triage, and what its forms post: shared by its views and by those that go on to a case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.accounts.guards import CentreRequest
from foundation.accounts.permissions import NotAllowed, can
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.privacy.unshown import read_or
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import actions, checklist, panel, prefill
from .forms import CompleteForm, ReviewForm, WaiveForm
from .models import Assessment, Waiver
from .permissions import assessment_of, contact_to_assess, may_confirm, may_discard
from .questionnaire import Checklist
from .rules import Proposal, propose
from .vocabulary import Duty

Done = TypeVar("Done")


def shown(request: CentreRequest, contact_id: UUID) -> dict[str, Any]:
    """What the page shows, as arguments of an action."""
    assessment_id, version = seen_version(request)
    return {"contact_id": contact_id, "assessment_id": assessment_id, "version": version}


def seen_version(request: CentreRequest) -> tuple[UUID | None, int]:
    """The assessment that the page shows, if any, and its version."""
    try:
        seen = request.POST.get("assessment", "")
        assessment_id = UUID(seen) if seen else None
        return assessment_id, int(request.POST["version"])
    except (KeyError, ValueError) as error:
        raise BadRequest from error


def posted_answers(form: QueryDict) -> dict[str, list[str]]:
    """The answers to each ``question``, in fields of its name."""
    return {question: form.getlist(question) for question in form.getlist("question")}


@contextmanager
def refusal_noted(request: CentreRequest, contact_id: UUID) -> Iterator[None]:
    """An action locks what it reads; only a refusal looks for the contact once more, to record it and raise Http404."""
    try:
        yield
    except NotAllowed:
        contact_to_assess(request.user, contact_id)
        raise


def panel_page(
    request: CentreRequest,
    contact: Contact,
    assessment: Assessment | None,
    *,
    waive_form: WaiveForm | None = None,
    status: int = 200,
    **shown: bool,
) -> HttpResponse:
    """``shown``: initial state of the panel: ``has_focus``, ``is_discarded``. ``waive_form``: one with errors."""
    context: dict[str, Any] = {"contact": contact, "may_write": may_write_contact(request.user, contact), **shown}
    if assessment is None:
        context.update(_without_triage(contact, context["may_write"], waive_form))
    if assessment is None or (assessment.is_draft and context["may_write"]):
        context.update(_filling_in(contact, assessment))
        context.update(discardable(request, assessment, context["proposal"]))
    else:
        context.update(result(assessment))
    whole_page = not is_part(request)
    return render(request, "triage/page.html" if whole_page else "triage/panel.html", context, status=status)


def _without_triage(contact: Contact, may_write: bool, form: WaiveForm | None) -> dict[str, Any]:
    waiver = Waiver.objects.select_related("decided_by").filter(contact=contact).first()
    may_waive = may_write and waiver is None and contact.is_counselling
    words = read_or(waiver, lambda: waiver.words, "") if waiver else ""
    return {"waiver": waiver, "waiver_words": words, "waive_form": (form or WaiveForm()) if may_waive else None}


def _filling_in(contact: Contact, assessment: Assessment | None) -> dict[str, Any]:
    """The checklist with the current answers. Nothing is stored before the first answer."""
    asked = assessment.checklist if assessment else checklist.current()
    answers = assessment.answers if assessment else prefill.from_contact(contact)
    notes = assessment.notes if assessment else {}
    sections = panel.sections(asked, answers, notes)
    folded = panel.folded_questions(sections)
    context = {
        "assessment": assessment,
        "sections": sections,
        "first": panel.first_questions(sections),
        "folded": folded,
        "folded_count": panel.count_not_asked(folded),
    }
    proposal = _proposal_of(contact, assessment)
    return {**context, **_proposal(asked, proposal, assessment.version if assessment else 0)}


def discardable(
    request: CentreRequest, assessment: Assessment | None, proposal: Proposal | None = None
) -> dict[str, Any]:
    """``proposal``: that of the assessment, if it is known."""
    if assessment is None or not may_discard(request.user, assessment):
        return {"may_discard": False}
    endangered = actions.duties_lost(assessment, proposal)
    lost = [duty for duty in Duty if duty in endangered]
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


def answered(assessment: Assessment, questions: Collection[str]) -> dict[str, Any]:
    """Fragments after answers: the proposal, and the parts of the checklist that changed."""
    contact = assessment.contact
    context = _filling_in(contact, assessment)
    depending = panel.depending_on(assessment.checklist, questions)
    changed = [view for section in context["sections"] for view in section.questions if view.question.id in depending]
    counted = {*questions, *depending}
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


def finish_form(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The form of the decision, filled in as proposed."""
    contact = contact_to_assess(request.user, contact_id)
    assessment = assessment_of(contact)
    proposal = _proposal_of(contact, assessment)
    form = CompleteForm(proposal=proposal, version=assessment.version if assessment else 0)
    return _finish_page(request, contact, assessment, form, proposal)


def completed(
    request: CentreRequest, contact_id: UUID, form: CompleteForm, complete: Callable[..., Done]
) -> Done | None:
    """Call the action with the posted decision. None, and errors in the form, if that is none."""
    if not form.is_valid():
        return None
    try:
        with refusal_noted(request, contact_id):
            return complete(by=request.user, choice=form.choice(), **shown(request, contact_id))
    except actions.ChoiceError as error:
        form.refuse(error)
        return None


def refused_completion(request: CentreRequest, contact_id: UUID, form: CompleteForm) -> HttpResponse:
    """The form of the decision with its errors. Raises Stale when the page shows an assessment that ended since."""
    contact = contact_to_assess(request.user, contact_id)
    assessment = assessment_of(contact)
    seen_id, version = seen_version(request)
    if seen_id and (assessment is None or assessment.pk != seen_id):
        raise stale(seen_id)
    if assessment is None and version:
        raise stale(contact.pk)
    return _finish_page(request, contact, assessment, form, _proposal_of(contact, assessment), status=422)


def _proposal_of(contact: Contact, assessment: Assessment | None) -> Proposal:
    return assessment.proposal() if assessment else propose(checklist.current(), prefill.from_contact(contact))


def _finish_page(
    request: CentreRequest,
    contact: Contact,
    assessment: Assessment | None,
    form: CompleteForm,
    proposal: Proposal,
    status: int = 200,
) -> HttpResponse:
    whole_page = not is_part(request)
    template = "triage/finish.html" if whole_page else "triage/parts/finish.html"
    context = {"contact": contact, "assessment": assessment, "form": form, "proposal": proposal}
    response = render(request, template, {**context, "proposed": _mark(proposal)}, status=status)
    if not whole_page:
        response.headers["HX-Retarget"] = "#triage-finish"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def confirmation_page(request: CentreRequest, assessment: Assessment, form: ReviewForm) -> HttpResponse:
    context = {**result(assessment), "form": form, "may_confirm": may_confirm(request.user, assessment)}
    return render(request, "triage/confirmation.html", context, status=422 if form.errors else 200)


def tell_decision(request: CentreRequest, *, is_confirmed: bool) -> None:
    messages.success(request, _("Confirmed.") if is_confirmed else _("Sent back to the handler."))
