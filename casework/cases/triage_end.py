"""Views that complete a triage. Its forms post here instead of to ``triage``, because a case may follow."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from foundation.accounts.guards import CentreRequest, SignedInRequest, handlers_only, signed_in
from foundation.accounts.models import User
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.states import ContactState
from hotline.switchboard.models import Call
from triage import pages
from triage.actions import send_back
from triage.forms import CompleteForm, ReviewForm
from triage.models import Assessment
from triage.permissions import assessment_to_confirm

from . import actions


@require_POST
@signed_in
def open_case(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the case of a completed triage that has none; with ``next`` = offer, redirect to the partners."""
    assessment = get_object_or_404(Assessment, pk=pk)
    case = actions.open_case(by=request.user, assessment=assessment)
    # A link by URL name: cases may not import handoff, which comes later.
    return _to(request, "handoff:partners" if request.POST.get("next") == "offer" else "cases:case", case.pk)


@require_POST
@handlers_only
def complete_triage(request: CentreRequest, contact_id: uuid.UUID) -> HttpResponse:
    form = CompleteForm(request.POST)
    outcome = pages.completed(request, contact_id, form, actions.complete_triage)
    if outcome is None:
        return pages.refused_completion(request, contact_id, form)
    done = outcome.assessment
    answer = _case_of(request, outcome) or pages.panel_page(request, done.contact, done, has_focus=True)
    _tell_elsewhere(request, outcome)
    return answer


@require_POST
@handlers_only
def confirm_triage(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person's decision."""
    assessment = assessment_to_confirm(request.user, pk)
    form = ReviewForm(request.POST or None)
    if not form.is_valid():
        return pages.confirmation_page(request, assessment, form)
    if not form.is_confirmed:
        send_back(by=request.user, assessment_id=pk, **form.decided())
        pages.tell_decision(request, is_confirmed=False)
        return redirect("triage:confirmations")
    outcome = actions.confirm_triage(by=request.user, assessment_id=pk, **form.decided())
    pages.tell_decision(request, is_confirmed=True)
    _tell_elsewhere(request, outcome)
    return _case_of(request, outcome) or redirect("triage:confirmations")


def _case_of(request: CentreRequest, outcome: actions.TriageResult) -> HttpResponse | None:
    """Redirect to the case; None if there is none, or while the user talks to the caller."""
    if outcome.case is None or (is_part(request) and _is_with_caller(request.user, outcome.assessment.contact)):
        return None
    return _to(request, "cases:case", outcome.case.pk)


def _tell_elsewhere(request: CentreRequest, outcome: actions.TriageResult) -> None:
    if outcome.elsewhere:
        messages.info(request, _("The contact belongs to a case of a colleague, who reads of the new triage there."))


def _is_with_caller(user: User, contact: Contact) -> bool:
    """Whether the conversation is running or unfinished, so that the user should stay on its page."""
    if contact.handler_id != user.pk:
        return False
    return contact.state == ContactState.DRAFT or Call.objects.live().filter(contact=contact).exists()


def _to(request: HttpRequest, page: str, case_id: uuid.UUID) -> HttpResponse:
    address = resolve_url(page, case_id)
    return HttpResponseClientRedirect(address) if is_part(request) else redirect(address)
