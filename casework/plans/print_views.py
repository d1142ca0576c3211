"""The plan on paper, for the person. Forbidden and missing are both 404."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.accounts.guards import SignedInRequest, needs_recent_proof, signed_in
from foundation.journal.stale import stale
from foundation.ui.printed import pdf, pdf_answer
from foundation.ui.typesetting import TypesettingFailed

from .actions import record_printed
from .models import Plan
from .permissions import plan_to_edit
from .printing import plan_for_person

log = logging.getLogger(__name__)


@require_POST
@signed_in
def for_person(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The plan in force in plain words as a PDF, made in memory and kept nowhere."""
    plan = plan_to_edit(request.user, pk)
    if not plan.is_in_force:
        raise stale(pk)
    return _for_person(request, plan)


@needs_recent_proof
def _for_person(request: SignedInRequest, plan: Plan) -> HttpResponse:
    try:
        body = pdf(plan_for_person(plan))
    except TypesettingFailed:
        log.exception("plan %s could not be printed", plan.pk)
        messages.error(request, _("The file could not be made. Please try again in a minute."))
        return redirect("plans:plan", plan.pk)
    record_printed(by=request.user, plan=plan)
    return pdf_answer(body, f"{plan.team.reference}-plan-{plan.number}")
