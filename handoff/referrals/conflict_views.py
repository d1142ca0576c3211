"""Views that note and end a partner's conflict of interest in one case."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.models import Case
from casework.cases.permissions import case_to_write
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from regions.vocabulary import Service

from . import centre_actions
from .forms import ConflictForm
from .models import CaseConflict, Referral
from .states import LIVE, ReferralState
from .suggestions import conflict_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def note(request: SignedInRequest, case_id: uuid.UUID, organisation_id: int) -> HttpResponse:
    """Note why this partner must not get this case; its drafts and offers are withdrawn."""
    case = case_to_write(request.user, case_id)
    require(request.user, Permission.REFERRAL_OFFER, case.centre_id)
    partner = get_object_or_404(Organisation, pk=organisation_id, kind=OrganisationKind.PARTNER)
    is_posted = request.method == "POST"
    status = 200
    form = ConflictForm(request.POST if is_posted else None, initial={"conflict_id": uuid.uuid4()})
    if is_posted:
        status = 422
        if form.is_valid():
            try:
                referral = centre_actions.note_conflict(
                    by=request.user, case_id=case_id, organisation=partner, **form.cleaned_data
                )
            except centre_actions.NotedAlready as known:
                form.add_error(None, _already(known.conflict))
                status = 409
            else:
                messages.success(request, _noted(partner, referral))
                return redirect(_back(request, case))
    elif CaseConflict.objects.standing().filter(case=case, organisation=partner).exists():
        return redirect(_back(request, case))
    live = Referral.objects.filter(case=case, organisation=partner, state__in=LIVE).first()
    context = {"case": case, "partner": partner, "form": form, "live": live, "back": _back(request, case)}
    return render(request, "handoff/note_conflict.html", context, status=status)


@require_POST
@signed_in
def take_back(request: SignedInRequest, case_id: uuid.UUID, conflict_id: uuid.UUID) -> HttpResponse:
    """End the conflict; the partner can be asked again."""
    case = case_to_write(request.user, case_id)
    if centre_actions.take_back_conflict(by=request.user, case_id=case_id, conflict_id=conflict_id):
        messages.success(request, _("Taken back: the partner can be asked again."))
    else:
        messages.info(request, _("It has been taken back already."))
    return redirect(_back(request, case))


def _back(request: SignedInRequest, case: Case) -> str:
    """Redirect to the ranking, with the service that was chosen there."""
    service = request.GET.get("service", "")
    page = reverse("handoff:partners", args=[case.pk])
    return f"{page}?service={service}" if service in Service.values else page


def _noted(partner: Organisation, referral: Referral | None) -> str:
    values = {"partner": partner.name, "reference": referral.reference if referral else ""}
    if referral is None:
        return _("Noted. Nothing of this case is offered to %(partner)s any more.") % values
    if referral.state == ReferralState.WITHDRAWN:
        return _("Noted, and %(reference)s to %(partner)s is withdrawn.") % values
    return (
        _("Noted. %(partner)s has the case already (%(reference)s): agree by telephone that it gives it back.") % values
    )


def _already(conflict: CaseConflict) -> str:
    said = _("%(name)s has noted a conflict of this partner already. %(why)s Take that one back first to change it.")
    return said % {"name": conflict.noted_by.name, "why": conflict_in_words(conflict)}
