"""The page on which a second person confirms or declines proposed roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from . import role_proposals
from .guards import SignedInRequest, confirmers_only
from .models import RoleProposal
from .refusals import ChangedMeanwhile, DecidedAlready, RoleDoesNotFit
from .vocabulary import DeclineReason

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SHOWN = 200
REFUSED: dict[type[Exception], StrPromise] = {
    DecidedAlready: _lazy("It was decided or withdrawn meanwhile, or its time is over."),
    ChangedMeanwhile: _lazy("The address of this person has changed meanwhile. Please look again."),
    RoleDoesNotFit: _lazy("The person or the organisation is out of use; this role cannot be given any more."),
}


@require_safe
@confirmers_only
def waiting(request: SignedInRequest) -> HttpResponse:
    """The proposed roles that this person may confirm, oldest first; and those that they proposed themselves."""
    rows = role_proposals.to_confirm(request.user).select_related("user", "organisation", "proposed_by")
    own = RoleProposal.objects.to_confirm().filter(proposed_by=request.user)
    context = {
        "waiting": rows.order_by("pk")[:SHOWN],
        "own": own.select_related("user", "organisation").order_by("pk")[:SHOWN],
        "reasons": DeclineReason.choices,
    }
    return render(request, "accounts/role_proposals.html", context)


@require_POST
@confirmers_only
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the role as the second person."""
    proposal = get_object_or_404(RoleProposal.objects.select_related("user"), pk=pk)
    try:
        role_proposals.confirm_role(by=request.user, proposal=proposal, email=request.POST.get("email", ""))
    except tuple(REFUSED) as error:
        messages.warning(request, str(REFUSED[type(error)]))
    else:
        words = _("%(name)s has the role of %(role)s now.")
        messages.success(request, words % {"name": proposal.user.name, "role": proposal.get_role_display()})
    return redirect("accounts:role_proposals")


@require_POST
@confirmers_only
def decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decline it with a reason."""
    proposal = get_object_or_404(RoleProposal, pk=pk)
    reason = request.POST.get("reason", "")
    if reason not in DeclineReason.values:
        messages.warning(request, _("Please choose why."))
        return redirect("accounts:role_proposals")
    try:
        role_proposals.decline_role(by=request.user, proposal=proposal, reason=reason)
    except DecidedAlready as error:
        messages.warning(request, str(REFUSED[type(error)]))
    else:
        messages.success(request, _("Declined. The administrators see the reason."))
    return redirect("accounts:role_proposals")
