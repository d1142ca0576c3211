"""The checklist beside the contact, and the coordinator's confirmations. Denied and missing are both 404."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact

from . import actions, pages, work_actions
from .engine.answers import AnswerError
from .forms import CompleteForm, NoteForm, ReviewForm, WaiveForm
from .models import Assessment
from .permissions import (
    assessment_of,
    assessment_to_confirm,
    assessments_to_confirm,
    contact_to_assess,
    contact_to_show,
)
from .vocabulary import WaiverReason


@require_safe
@handlers_only
def show(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The panel; a whole page when it is not fetched into one."""
    contact = contact_to_show(request.user, contact_id)
    return pages.panel_page(request, contact, assessment_of(contact))


@require_POST
@handlers_only
def answer(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save answers to any number of questions and return the new proposal. The first ones start the assessment.

    ``before``: a form of the same kind whose reply the page has not seen.
    """
    given = pages.posted_answers(request.POST) or {"": []}  # which is refused as any unknown question
    before = pages.posted_answers(QueryDict(request.POST.get("before", "")))
    shown = pages.shown(request, contact_id)
    try:
        with pages.refusal_noted(request, contact_id):
            saved = actions.answer_several(by=request.user, answers=given, before=before, **shown)
    except AnswerError as error:
        raise BadRequest from error
    context = pages.answered(saved, {*before, *given})
    context.update(pages.discardable(request, saved, context["proposal"]))
    return render(request, "triage/parts/answered.html", context)


@require_POST
@handlers_only
def note(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save the note on a section."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        contact_to_assess(request.user, contact_id)
        raise BadRequest
    about, text, shown = form.cleaned_data["about"], form.cleaned_data["text"], pages.shown(request, contact_id)
    try:
        with pages.refusal_noted(request, contact_id):
            saved = actions.note(by=request.user, about=about, text=text, **shown)
    except ValueError as error:
        raise BadRequest from error
    context = {"contact": saved.contact, "assessment": saved, "version": saved.version}
    return render(request, "triage/parts/noted.html", {**context, **pages.discardable(request, saved)})


@require_http_methods(["GET", "POST"])
@handlers_only
def finish(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Complete the assessment: as proposed, or with another choice and its reason."""
    if request.method == "GET":
        return pages.finish_form(request, contact_id)
    form = CompleteForm(request.POST)
    done = pages.completed(request, contact_id, form, actions.complete)
    if done is None:
        return pages.refused_completion(request, contact_id, form)
    return pages.panel_page(request, done.contact, done, has_focus=True)


@require_POST
@handlers_only
def discard(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Discard a draft that was started by mistake, and show the assessment that counts now."""
    contact = contact_to_assess(request.user, contact_id)
    assessment_id, version = pages.seen_version(request)
    if not assessment_id or not Assessment.objects.of_contact(contact.pk).filter(pk=assessment_id).exists():
        raise Http404
    try:
        reason = request.POST.get("reason", "")
        actions.discard(by=request.user, assessment_id=assessment_id, version=version, reason=reason)
    except actions.SecuringDuties as error:
        return _not_discarded(request, contact, error)
    return pages.panel_page(request, contact, assessment_of(contact), has_focus=True, is_discarded=True)


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
def waive(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Say that the contact needs no triage."""
    contact = contact_to_assess(request.user, contact_id)
    form = WaiveForm(request.POST)
    if not form.is_valid():
        return pages.panel_page(request, contact, assessment_of(contact), waive_form=form, status=422)
    reason, words = WaiverReason(form.cleaned_data["reason"]), form.cleaned_data["words"]
    work_actions.waive_triage(by=request.user, contact_id=contact_id, reason=reason, words=words)
    return pages.panel_page(request, contact, None, has_focus=True)


@require_POST
@handlers_only
def again(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Start a new assessment with the answers of the completed one."""
    contact = contact_to_assess(request.user, contact_id)
    old = assessment_of(contact)
    if old is None:
        raise BadRequest
    draft = old if old.is_draft else actions.supersede(by=request.user, assessment_id=old.pk)
    return pages.panel_page(request, contact, draft, has_focus=True)


@require_safe
@handlers_only
def confirmations(request: CentreRequest) -> HttpResponse:
    """Assessments that wait for a second person, oldest first."""
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
    return pages.confirmation_page(request, assessment, form)


def _decide(request: CentreRequest, assessment: Assessment, form: ReviewForm) -> HttpResponse:
    decide = actions.confirm if form.is_confirmed else actions.send_back
    decide(by=request.user, assessment_id=assessment.pk, **form.decided())
    pages.tell_decision(request, is_confirmed=form.is_confirmed)
    return redirect("triage:confirmations")
