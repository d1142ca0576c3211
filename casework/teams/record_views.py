"""A body takes its own record of the case along. Forbidden and missing are both 404."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.guards import SignedInRequest, needs_recent_proof, signed_in
from foundation.ui.printed import pdf, pdf_answer
from foundation.ui.typesetting import TypesettingFailed

from .models import Member
from .note_actions import record_taken_along
from .permissions import own_record_of
from .printing import own_record

log = logging.getLogger(__name__)


@require_POST
@signed_in
def take_along(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The body's own record as a PDF, made in memory and kept nowhere."""
    return _take_along(request, own_record_of(request.user, pk))


@needs_recent_proof
def _take_along(request: SignedInRequest, member: Member) -> HttpResponse:
    try:
        body = pdf(own_record(member, by=request.user))
    except TypesettingFailed:
        log.exception("the own record of member %s could not be printed", member.pk)
        messages.error(request, _("The file could not be made. Please try again in a minute."))
        return redirect("teams:member", member.pk)
    record_taken_along(by=request.user, member=member)
    return pdf_answer(body, member.team.reference)
