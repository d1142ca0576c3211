"""The printed case file. Forbidden and missing are both 404."""

from __future__ import annotations

import logging
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.forms import PrintForm
from casework.cases.models import Case
from casework.cases.permissions import case_to_print
from casework.cases.print_actions import record_printed
from casework.cases.vocabulary import PrintPurpose
from foundation.accounts.guards import SignedInRequest, needs_recent_proof, signed_in
from foundation.ui.printed import pdf, pdf_answer
from foundation.ui.typesetting import TypesettingFailed

from .printing import printed_case

log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def print_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask what the file is printed for; then it is the answer, made in memory and kept nowhere."""
    return _print(request, case_to_print(request.user, case_id))


@needs_recent_proof
def _print(request: SignedInRequest, case: Case) -> HttpResponse:
    form = PrintForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, case, form, 422 if form.is_bound else 200)
    try:
        body = pdf(printed_case(case, by=request.user))
    except TypesettingFailed:
        log.exception("the file of case %s could not be printed", case.pk)
        form.add_error(None, _("The file could not be made. Nothing was recorded; please try again in a minute."))
        return _page(request, case, form, 503)
    record_printed(by=request.user, case=case, purpose=PrintPurpose(form.cleaned_data["purpose"]))
    return pdf_answer(body, case.reference)


def _page(request: HttpRequest, case: Case, form: PrintForm, status: int) -> HttpResponse:
    return render(request, "handoff/print_case.html", {"case": case, "form": form}, status=status)
