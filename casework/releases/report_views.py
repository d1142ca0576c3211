"""Exit reports, on the screen and on paper. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.forms import StepForm
from foundation.accounts.guards import SignedInRequest, needs_recent_proof, signed_in
from foundation.accounts.permissions import Refused
from foundation.journal.stale import Stale, stale
from foundation.ui.printed import pdf, pdf_answer
from foundation.ui.typesetting import TypesettingFailed

from . import report_actions as actions
from .forms import BeginReportForm, HandOverForm, PartsForm, keep_typed
from .models import PARTS_OF_REPORT, ExitReport
from .pages import ReportPage
from .permissions import may_approve, may_write_report, report_to_see, report_to_write
from .printing import printed_report
from .vocabulary import PART_LABELS

log = logging.getLogger(__name__)


@require_POST
@signed_in
def begin(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Begin an exit report. For the centre and for the bodies that coordinate."""
    if not may_write_report(request.user, case_id):
        raise Refused("exit_report.write", case_id)
    form = BeginReportForm(request.POST)
    if not form.is_valid():
        raise stale(case_id)
    report = actions.begin_report(by=request.user, case_id=case_id, **form.cleaned_data)
    return redirect("releases:write_report", report.pk)


@require_safe
@signed_in
def report(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One exit report."""
    return _page(request, pk)


def _page(request: SignedInRequest, pk: uuid.UUID, status: int = 200, **posted: Any) -> HttpResponse:
    page = ReportPage(report_to_see(request.user, pk), request.user)
    context = {"page": page, "exit_report": page.report, **page.forms(), **posted}
    return render(request, "releases/report.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def write(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the six parts of a draft."""
    found = report_to_write(request.user, pk)
    if not found.is_draft:
        raise stale(pk)
    initial = {"version": found.version, **{name: getattr(found, name) for name in PARTS_OF_REPORT}}
    form = PartsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _is_written(request, pk, form):
        messages.success(request, _("Saved in the draft."))
        return redirect("releases:report", pk)
    context = {"page": ReportPage(found, request.user), "exit_report": found, "form": form}
    return render(request, "releases/write_report.html", context, status=422 if form.is_bound else 200)


def _is_written(request: SignedInRequest, pk: uuid.UUID, form: PartsForm) -> bool:
    """False, with what was typed in the form, if somebody else has changed the draft."""
    try:
        actions.write_report(by=request.user, report_id=pk, **form.cleaned_data)
    except Stale:
        now = report_to_write(request.user, pk)
        if not now.is_draft:
            raise
        keep_typed(form, now.version)
    return not form.errors


@require_POST
@signed_in
def discussed(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    said = _("Noted. Somebody who has not written it approves it.")
    try:
        return _step(request, pk, StepForm(request.POST), actions.mark_discussed, said)
    except actions.EmptyParts as missing:
        parts = ", ".join(str(PART_LABELS[name]) for name in missing.parts)
        messages.error(request, _("These parts have no text yet: %(parts)s.") % {"parts": parts})
        return redirect("releases:report", pk)


@require_POST
@signed_in
def approve(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    if not may_approve(request.user, report_to_see(request.user, pk)):
        raise Refused("exit_report.write", pk)
    return _step(request, pk, StepForm(request.POST), actions.approve, _("Approved. It can be handed over."))


@require_POST
@signed_in
def reopen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, StepForm(request.POST), actions.reopen, _("It is a draft again."))


@require_POST
@signed_in
def hand_over(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    form = HandOverForm(request.POST)
    report_to_write(request.user, pk)
    if not form.is_valid():
        return _page(request, pk, 422, hand_over_form=form)
    return _step(request, pk, form, actions.hand_over, _("Noted: it is handed over."))


def _step(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, step: Callable[..., None], said: str
) -> HttpResponse:
    report_to_write(request.user, pk)
    if not form.is_valid():
        raise stale(pk)
    step(by=request.user, report_id=pk, **form.cleaned_data)
    messages.success(request, said)
    return redirect("releases:report", pk)


@require_POST
@signed_in
def print_report(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The approved report as a PDF, made in memory and kept nowhere."""
    found = report_to_write(request.user, pk)
    if not found.can_be_printed:
        raise stale(pk)
    return _print(request, found)


@needs_recent_proof
def _print(request: SignedInRequest, found: ExitReport) -> HttpResponse:
    try:
        body = pdf(printed_report(found))
    except TypesettingFailed:
        log.exception("exit report %s could not be printed", found.pk)
        messages.error(request, _("The file could not be made. Please try again in a minute."))
        return redirect("releases:report", found.pk)
    actions.record_printed(by=request.user, report=found)
    return pdf_answer(body, f"{found.team.reference}-exit-report")
