"""The end of a triage. Its forms post here instead of to ``triage``, because what follows may be a case."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.models import User
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.states import ContactState
from hotline.switchboard.models import Call
from triage import views as triage
from triage.models import Assessment

from . import actions


@require_POST
@signed_in
def open_case(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """For a completed triage that lies there without its case; with ``next`` = offer, straight to the partners."""
    assessment = get_object_or_404(Assessment, pk=pk)
    case = actions.open_case(by=request.user, assessment=assessment)
    # A forward link by name: whom to ask is chosen on a page of `handoff`.
    return _to(request, "handoff:partners" if request.POST.get("next") == "offer" else "cases:case", case.pk)


@require_POST
@signed_in
@transaction.atomic
def complete_triage(request: SignedInRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Complete the triage of a contact, and open the case that follows: both or neither."""
    answer: HttpResponse = triage.finish(request, contact_id)
    if answer.status_code >= 400:
        return answer
    assessment = Assessment.objects.in_force().filter(contact=contact_id, completed_by=request.user).first()
    return _follow(request, assessment, answer)


@require_POST
@signed_in
@transaction.atomic
def confirm_triage(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person's decision, and the case that follows from it: both or neither."""
    answer: HttpResponse = triage.confirmation(request, pk)
    if answer.status_code >= 400:
        return answer
    return _follow(request, Assessment.objects.in_force().filter(pk=pk).first(), answer)


def _follow(request: SignedInRequest, assessment: Assessment | None, answer: HttpResponse) -> HttpResponse:
    """To the case; without one, or while the person is with the caller, what the triage itself answers."""
    if assessment is None:
        return answer
    outcome = actions.follow_triage(by=request.user, assessment=assessment)
    if outcome.elsewhere:
        messages.info(request, _("The contact belongs to a case of a colleague, who reads of the new triage there."))
    if outcome.case is None or (is_part(request) and _is_with_caller(request.user, assessment.contact)):
        return answer
    return _to(request, "cases:case", outcome.case.pk)


def _is_with_caller(user: User, contact: Contact) -> bool:
    """The conversation runs or is still being written down: nobody is taken away from it."""
    if contact.handler_id != user.pk:
        return False
    return contact.state == ContactState.DRAFT or Call.objects.live().filter(contact=contact).exists()


def _to(request: HttpRequest, page: str, case_id: uuid.UUID) -> HttpResponse:
    address = resolve_url(page, case_id)
    return HttpResponseClientRedirect(address) if is_part(request) else redirect(address)
