"""The partner's pages: the inbox, and one referral with its actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale
from foundation.ui.pagination import page_of

from . import partner_actions
from .board import ENDED_SHOWN, ended_of_partner
from .board import inbox as sections_of
from .forms import CompleteForm, DeclineForm, FeedbackForm, QuestionForm, ReturnForm
from .pages import latest_event, partner_page, stale_page, typed_words
from .permissions import referral_for_partner
from .vocabulary import DeclineReason, Feedback, Outcome


@require_safe
@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    """Referrals that were offered to the user's organisation."""
    return render(request, "handoff/inbox.html", _inbox(request))


@require_safe
@signed_in
def inbox_part(request: SignedInRequest) -> HttpResponse:
    """The lists only; the page fetches them again after a change."""
    return render(request, "handoff/inbox_part.html", _inbox(request))


def _inbox(request: SignedInRequest) -> dict[str, Any]:
    partner = request.user.partner
    if partner is None or not can(request.user, Permission.REFERRAL_ANSWER, partner.pk):
        raise Http404
    now = timezone.now()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_of(ended_of_partner(partner), column="ended_at", after=after, before=before, size=ENDED_SHOWN)
    sections = sections_of(partner, now)
    is_empty = not page.rows and not any(section.referrals for section in sections)
    return {
        "sections": sections,
        "page": page,
        "is_empty": is_empty,
        "now": now,
        "waiting": len(sections[0].referrals),
        "partner": partner,
    }


@require_safe
@signed_in
def partner_referral(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """One referral: the summary before acceptance, the agreed fields after it, no content after the end."""
    found = referral_for_partner(request.user, referral_id)
    return render(request, "handoff/partner_referral.html", partner_page(found))


@require_safe
@signed_in
def partner_referral_part(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The referral only, if there is an event after ``seen``; else 204, which records no access."""
    if request.GET.get("seen", "") == str(latest_event(referral_id)):
        return HttpResponse(status=204)
    found = referral_for_partner(request.user, referral_id)
    return render(request, "handoff/partner_referral_part.html", partner_page(found))


@require_POST
@signed_in
def accept(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Accept the referral."""
    told = _("Accepted. You are responsible now; the agreed fields are shown below.")
    return _do(request, referral_id, partner_actions.accept_referral, told)


@require_POST
@signed_in
def decline(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Decline the referral."""
    form = DeclineForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _again(request, referral_id, decline_form=form)
    values = {"reason": DeclineReason(form.cleaned_data["reason"]), "text": form.cleaned_data["text"]}
    return _do(
        request, referral_id, partner_actions.decline_referral, _("Declined. The centre has been told."), **values
    )


@require_POST
@signed_in
def ask(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Ask the centre a question before answering the offer."""
    form = QuestionForm(request.POST, prefix="question")
    if not form.is_valid():
        return _again(request, referral_id, question_form=form)
    told = _("Asked. The offer does not expire while your question is open.")
    return _do(request, referral_id, partner_actions.ask_question, told, **form.cleaned_data)


@require_POST
@signed_in
def feedback(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Send feedback about the work."""
    form = FeedbackForm(request.POST, prefix="feedback")
    if not form.is_valid():
        return _again(request, referral_id, feedback_form=form)
    values = {**form.cleaned_data, "feedback": Feedback(form.cleaned_data["feedback"])}
    return _do(request, referral_id, partner_actions.give_feedback, _("Thank you. The centre has been told."), **values)


@require_POST
@signed_in
def complete(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Complete the referral with an outcome."""
    form = CompleteForm(request.POST, prefix="complete")
    if not form.is_valid():
        return _again(request, referral_id, complete_form=form)
    values = {"outcome": Outcome(form.cleaned_data["outcome"]), "text": form.cleaned_data["text"]}
    told = _("Completed. Responsibility is with the centre again.")
    return _do(request, referral_id, partner_actions.complete_referral, told, **values)


@require_POST
@signed_in
def give_back(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Return the case to the centre."""
    form = ReturnForm(request.POST, prefix="return")
    if not form.is_valid():
        return _again(request, referral_id, return_form=form)
    told = _("Given back. Responsibility is with the centre again.")
    return _do(request, referral_id, partner_actions.return_referral, told, **form.cleaned_data)


@require_POST
@signed_in
def ask_again(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Ask for another offer after expiry."""
    told = _("The centre has been told that you would like to be offered this again.")
    return _do(request, referral_id, partner_actions.ask_again, told)


def _do(
    request: SignedInRequest, referral_id: uuid.UUID, action: Callable[..., object], told: str, **values: Any
) -> HttpResponse:
    try:
        action(by=request.user, referral_id=referral_id, **values)
    except Stale as stale:
        return stale_page(request, stale, "handoff:partner_referral")
    except partner_actions.ConsentEnded:
        messages.warning(
            request,
            _(
                "Not accepted: the consent to pass on the agreed fields has to be clarified first. "
                "The centre knows and comes back to you. You can still decline or ask."
            ),
        )
        return redirect("handoff:partner_referral", referral_id)
    messages.success(request, told)
    return redirect("handoff:partner_referral", referral_id)


def _again(request: SignedInRequest, referral_id: uuid.UUID, **forms: Form) -> HttpResponse:
    """The page with the form's errors and all input."""
    found = referral_for_partner(request.user, referral_id)
    context = partner_page(found, **forms)
    if context["are_gone"]:
        context["not_sent"] = typed_words(request)
    return render(request, "handoff/partner_referral.html", context, status=422)
