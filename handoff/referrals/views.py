"""The centre's pages: choosing a partner, the board, and one referral."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casework.cases.closing_needs import NotReady
from casework.cases.forms import CloseForm
from casework.cases.models import Case
from casework.cases.open_duties import OpenDuties
from casework.cases.permissions import case_to_read, case_to_reread, case_to_write
from casework.cases.permissions import may_write as may_write_case
from casework.cases.views import file_page
from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.accounts.permissions import can, require
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale
from foundation.ui.pagination import page_of
from hotline.contacts.models import Contact
from hotline.contacts.permissions import contact_to_write
from regions.reasons import sentence
from regions.vocabulary import Service

from . import centre_actions
from .board import ENDED_SHOWN, ended_of_centre
from .board import board as sections_of
from .consent import consent_of, what_else
from .forms import AnswerForm, OfferForm
from .pages import latest_event, offer_page, referral_page, stale_page
from .permissions import referral_for_centre
from .ranking import conflicted_for_contact, contact_facts, need_from, rank_for_case, rank_partners
from .states import LIVE
from .suggestions import NEAREST, in_words, left_out
from .summary import known_of_case
from .vocabulary import Disclosable


@require_safe
@signed_in
def partners(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """The ranking of partners for a case, with reasons."""
    case = case_to_read(request.user, case_id)
    require(request.user, Permission.REFERRAL_OFFER, case.centre_id)
    contact = get_object_or_404(Contact, pk=case.assessment.contact_id)
    proposed = [code for code in case.assessment.services if code in Service.values]
    service = request.GET.get("service", "")
    if service not in Service.values:
        service = proposed[0] if proposed else Service.RELATIVES.value
    suggestions = in_words(rank_for_case(case, contact, service, timezone.now()))
    live = {referral.organisation_id: referral for referral in case.referrals.filter(state__in=LIVE)}
    context = {
        "case": case,
        "service": Service(service),
        "services": [(code, label, code in proposed) for code, label in Service.choices],
        "suggestions": suggestions,
        "rows": [(partner, live.get(partner.organisation_id), uuid.uuid4()) for partner in suggestions.ranked],
        "left_out": left_out(case, suggestions.excluded),
        "verify_first": centre_actions.needs_verification(case),
        "may_write": may_write_case(request.user, case),
    }
    return render(request, "handoff/partners.html", context)


@require_POST
@signed_in
def draft(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Draft an offer; the id in the form makes a repeated post idempotent."""
    case = case_to_write(request.user, case_id)
    partner = _partner(request.POST.get("organisation", ""))
    service = request.POST.get("service", "")
    if service not in Service.values:
        raise Http404
    return _draft(request, case, partner, service)


def _draft(request: SignedInRequest, case: Case, partner: Organisation, service: str) -> HttpResponse:
    try:
        referral_id = uuid.UUID(request.POST.get("referral_id") or uuid.uuid4().hex)
    except ValueError:
        raise Http404 from None
    try:
        referral = centre_actions.draft_referral(
            by=request.user, referral_id=referral_id, case_id=case.pk, organisation=partner, service=service
        )
    except centre_actions.VerifyFirst:
        return redirect("handoff:partners", case.pk)
    except (centre_actions.ConflictOfInterest, centre_actions.OutOfUse) as refused:
        messages.error(request, _why_not(refused, partner))
        return redirect("handoff:partners", case.pk)
    return redirect("handoff:referral", referral.pk)


def _why_not(refused: centre_actions.ConflictOfInterest | centre_actions.OutOfUse, partner: Organisation) -> str:
    """The refusal in the words of the ranking, or that the partner was deactivated."""
    if isinstance(refused, centre_actions.OutOfUse):
        return _("%(partner)s is out of use: choose another partner.") % {"partner": partner.name}
    reasons = " ".join(sentence(reason) for reason in refused.reasons)
    return _("Nothing can be offered to %(partner)s. %(reasons)s") % {"partner": partner.name, "reasons": reasons}


def _partner(key: str) -> Organisation:
    if not key.isdigit():
        raise Http404
    return get_object_or_404(Organisation, pk=int(key), kind=OrganisationKind.PARTNER)


@require_safe
@signed_in
def partners_for_contact(request: SignedInRequest, contact_id: uuid.UUID) -> HttpResponse:
    """The nearest partners for the current contact: a fragment of the desk that shows no content of the contact."""
    contact = contact_to_write(request.user, contact_id)
    suggestions = in_words(
        rank_partners(need_from(contact_facts(contact), (), conflicted=conflicted_for_contact(contact)))
    )
    context = {"nearest": suggestions.ranked[:NEAREST], "suggestions": suggestions, "contact": contact}
    return render(request, "handoff/partners_for_contact.html", context)


@require_safe
@signed_in
def case_referrals(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """The referrals of a case, newest first: a fragment of the case file."""
    case = case_to_reread(request.user, case_id)
    rows = case.referrals.select_related("organisation").newest_first()
    context = {"referrals": rows, "may_open": may_write_case(request.user, case), "now": timezone.now()}
    return render(request, "handoff/case_referrals.html", context)


@require_POST
@signed_in
def close_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Close a case; its drafts and offers are withdrawn."""
    case = case_to_write(request.user, case_id)
    form = CloseForm(request.POST)
    # The reason of a monitored case stands.
    if not case.is_monitored and not form.is_valid():
        return file_page(request, case, 422, close_form=form)
    reason = None if case.is_monitored else form.cleaned_data["reason"]
    try:
        centre_actions.close_case(by=request.user, case_id=case_id, reason=reason)
    except (OpenDuties, NotReady) as error:
        return file_page(request, case, 422, close_form=form, not_closed=_why_not_closed(error))
    messages.success(request, _("The case is closed. It can be opened again at any time."))
    return redirect("cases:case", case_id)


def _why_not_closed(error: OpenDuties | NotReady) -> str:
    if isinstance(error, NotReady):
        return " ".join([_("Not closed."), *map(str, error.needs)])
    named = ", ".join(str(duty.label) for duty in error.duties)
    return _("Not closed. These duties are done first, or dropped by two people: %(duties)s.") % {"duties": named}


@require_safe
@signed_in
def board(request: SignedInRequest) -> HttpResponse:
    """All referrals of the centre that the user may see."""
    return render(request, "handoff/board.html", _board(request))


@require_safe
@signed_in
def board_part(request: SignedInRequest) -> HttpResponse:
    """The board only; the page fetches it again after a change."""
    return render(request, "handoff/board_part.html", _board(request))


def _board(request: SignedInRequest) -> dict[str, Any]:
    centre = request.user.centre
    if centre is None or not can(request.user, Permission.REFERRAL_OFFER, centre.pk):
        raise Http404
    now = timezone.now()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_of(
        ended_of_centre(request.user, centre), column="ended_at", after=after, before=before, size=ENDED_SHOWN
    )
    sections = sections_of(request.user, centre, now)
    is_empty = not page.rows and not any(section.referrals for section in sections)
    return {"sections": sections, "page": page, "is_empty": is_empty, "now": now}


@require_safe
@signed_in
def referral(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """One referral, for the centre: write the offer, then see its progress."""
    found = referral_for_centre(request.user, referral_id)
    return render(request, "handoff/referral.html", referral_page(request.user, found))


@require_safe
@signed_in
def referral_part(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The referral only, if there is an event after ``seen``; else 204, which records no access."""
    if request.GET.get("seen", "") == str(latest_event(referral_id)):
        return HttpResponse(status=204)
    found = referral_for_centre(request.user, referral_id)
    return render(request, "handoff/referral_part.html", referral_page(request.user, found))


@require_POST
@signed_in
def offer(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Send the offer."""
    found = referral_for_centre(request.user, referral_id)
    contact = get_object_or_404(Contact.objects.select_related("region"), pk=found.case.assessment.contact_id)
    form = OfferForm(request.POST, contact=contact, known=known_of_case(found.case), consent=consent_of(found.case_id))
    if not form.is_valid():
        return offer_page(request, found, form, 422)
    try:
        centre_actions.offer_referral(
            by=request.user,
            referral_id=referral_id,
            text=form.cleaned_data["text"],
            fields=[Disclosable(name) for name in form.cleaned_data["fields_agreed"]],
            legal_basis=form.cleaned_data["legal_basis"],
            may_pass_on=form.cleaned_data["may_pass_on"],
            words_looked_at=len(form.asked),
        )
    except centre_actions.AlreadyOffered:
        form.add_error(
            None, _("Another partner holds or considers this case. Wait for its answer, or withdraw that offer first.")
        )
        return offer_page(request, found, form, 409)
    except centre_actions.NoConsent as error:  # withdrawn since the form was validated
        form.add_error("legal_basis", what_else(error.found))
        return offer_page(request, found, form, 422)
    except centre_actions.VerifyFirst:
        return redirect("handoff:partners", found.case_id)
    except (centre_actions.ConflictOfInterest, centre_actions.OutOfUse) as refused:
        form.add_error(None, _why_not(refused, found.organisation))
        return offer_page(request, found, form, 409)
    except Stale as stale:
        return stale_page(request, stale, "handoff:referral")
    messages.success(request, _("Offered. The partner has been told."))
    return redirect("handoff:referral", referral_id)


@require_POST
@signed_in
def withdraw(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Withdraw the offer, or discard the draft."""
    try:
        found = centre_actions.withdraw_referral(by=request.user, referral_id=referral_id)
    except Stale as stale:
        return stale_page(request, stale, "handoff:referral")
    if found.offered_at is None:
        messages.success(request, _("The draft was thrown away. Nothing was sent."))
        return redirect("handoff:partners", found.case_id)
    messages.success(request, _("Withdrawn. The partner no longer sees what it was about."))
    return redirect("handoff:referral", referral_id)


@require_POST
@signed_in
def keep(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Keep the case at the centre; no other partner is asked for now."""
    try:
        found = centre_actions.keep_centrally(by=request.user, referral_id=referral_id)
    except Stale as stale:
        return stale_page(request, stale, "handoff:referral")
    said = _("%(case)s stays with the centre. Another partner can be asked at any time.")
    messages.success(request, said % {"case": found.case.reference})
    return redirect("handoff:board")


@require_POST
@signed_in
def answer(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Answer the partner's question."""
    found = referral_for_centre(request.user, referral_id)
    form = AnswerForm(request.POST, prefix="answer", known=known_of_case(found.case))
    if not form.is_valid():
        return render(
            request, "handoff/referral.html", referral_page(request.user, found, answer_form=form), status=422
        )
    try:
        centre_actions.answer_question(
            by=request.user,
            referral_id=referral_id,
            message_id=form.cleaned_data["message_id"],
            text=form.cleaned_data["text"],
            words_looked_at=len(form.asked),
        )
    except Stale as stale:
        return stale_page(request, stale, "handoff:referral")
    messages.success(request, _("Answered. The partner's time to answer starts anew."))
    return redirect("handoff:referral", referral_id)


@require_POST
@signed_in
def draft_again(request: SignedInRequest, referral_id: uuid.UUID) -> HttpResponse:
    """A new draft for a partner whose offer ended."""
    found = referral_for_centre(request.user, referral_id)
    case = case_to_write(request.user, found.case_id)
    return _draft(request, case, found.organisation, found.service)
