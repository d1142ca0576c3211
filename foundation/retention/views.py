"""The page of erasures: what is due, what is kept from it, and what was erased. Without content."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, found_and_allowed
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission

from .actions import decide_erasure, end_hold, set_hold, withdraw_erasure
from .forms import EraseForm, HoldForm
from .models import Erasure, Hold
from .references import references

SHOWN = 100


@require_safe
@found_and_allowed
def erasures(request: SignedInRequest) -> HttpResponse:
    """For coordinators and data protection officers."""
    require(request.user, Permission.HOLD_SET)
    return _page(request, EraseForm(), HoldForm())


@require_POST
@found_and_allowed
def decide(request: SignedInRequest) -> HttpResponse:
    """Decide that a dossier is erased."""
    require(request.user, Permission.ERASURE_DECIDE)
    form = EraseForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            decide_erasure(by=request.user, erasure_id=given["id"], subject=given["dossier"], reason=given["reason"])
        except NotAllowed:
            form.add_error("dossier", _("Your centre has no contact or case with this reference."))
        else:
            messages.success(request, _("Decided. It is erased within some minutes."))
            return redirect("retention:erasures")
    return _page(request, form, HoldForm(), status=422)


@require_POST
@found_and_allowed
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw an erasure."""
    if withdraw_erasure(by=request.user, erasure_id=pk).done_at:
        messages.error(request, _("It was erased already."))
    else:
        messages.success(request, _("Withdrawn. Nothing is erased."))
    return redirect("retention:erasures")


@require_POST
@found_and_allowed
def hold(request: SignedInRequest) -> HttpResponse:
    """Keep a dossier from being erased."""
    require(request.user, Permission.HOLD_SET)
    form = HoldForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            set_hold(by=request.user, hold_id=given["id"], subject=given["dossier"], reason=given["reason"])
        except NotAllowed:
            form.add_error("dossier", _("Your centre has no contact or case with this reference."))
        else:
            messages.success(request, _("Kept: it is not erased until you end this."))
            return redirect("retention:erasures")
    return _page(request, EraseForm(), form, status=422)


@require_POST
@found_and_allowed
def finish_hold(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """End a hold."""
    end_hold(by=request.user, hold_id=pk)
    messages.success(request, _("Ended. It is erased when it is due."))
    return redirect("retention:erasures")


def _page(request: SignedInRequest, erase: EraseForm, hold: HoldForm, status: int = 200) -> HttpResponse:
    waiting = list(Erasure.objects.waiting().select_related("decided_by").order_by("not_before", "decided_at")[:SHOWN])
    holds = list(Hold.objects.running().select_related("made_by").order_by("made_at")[:SHOWN])
    done = list(Erasure.objects.done().order_by("-done_at")[:SHOWN])
    named = references([*(row.subject for row in waiting), *(row.subject for row in holds)])
    held = {row.subject for row in holds}
    context: dict[str, Any] = {
        "waiting": [(row, named.get(row.subject, ""), row.subject in held) for row in waiting],
        "holds": [(row, named.get(row.subject, "")) for row in holds],
        "done": done,
        "erase": erase,
        "hold": hold,
        "may_decide": request.user.can_in_any(Permission.ERASURE_DECIDE),
    }
    return render(request, "retention/erasures.html", context, status=status)
