"""Template contexts of the page of one referral, for the centre and for the partner."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.teams.models import Member
from foundation.accounts.guards import SignedInRequest
from foundation.accounts.models import User
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.unshown import read_or
from foundation.ui.dates import weekday
from hotline.contacts.models import Contact

from .consent import consent_of
from .consent_watch import consent_problem
from .disclosure import agreed
from .forms import AnswerForm, CompleteForm, DeclineForm, FeedbackForm, OfferForm, QuestionForm, ReturnForm
from .models import CaseConflict, Disclosure, Referral, Summary
from .next_steps import next_steps
from .partner_actions import TooLate
from .states import ENDED, LIVE, TAKEN, WAITING, ReferralState, Who, may_move
from .suggestions import conflict_in_words, stored_reasons
from .summary import facts_in_words, first_text, known_of_case
from .timeline import is_overdue, timeline, told, waits_for, waits_for_partner_side
from .transitions import times_of
from .vocabulary import DeadlineStep


def latest_event(referral_id: uuid.UUID) -> int:
    """The id of the newest event of the referral that the actor may read; 0 without one."""
    newest = Event.objects.filter(subject=referral_id).newest_first().values_list("pk", flat=True).first()
    return newest or 0


def referral_page(user: User, referral: Referral, **forms: Any) -> dict[str, Any]:
    """The context of the centre's page."""
    context = {**_common(referral), **forms}
    context["waits_for"] = waits_for(referral, context["now"])
    context["consent_problem"] = consent_problem(referral)
    context["rank_reasons"] = stored_reasons(referral.rank_reasons)
    context["deadlines"] = _deadlines(referral, context["now"])
    context["conflict"] = conflict_problem(referral)
    context["live"] = reverse("handoff:referral_part", args=[referral.pk])
    if referral.state == ReferralState.DRAFT:
        context.update(_draft(referral, forms.get("form")))
    if referral.waits_for_centre and "answer_form" not in forms:
        context["answer_form"] = AnswerForm(
            prefix="answer", initial={"message_id": uuid.uuid4()}, known=known_of_case(referral.case)
        )
    context["may_withdraw"] = referral.state in WAITING
    context["may_draft_again"] = referral.state in ENDED and not _has_live(referral)
    context["may_note_conflict"] = referral.state in LIVE and not context["conflict"]
    context["may_keep"] = next_steps(user, referral.centre).filter(pk=referral.pk).exists()
    context["new_id"] = uuid.uuid4()
    return context


def conflict_problem(referral: Referral) -> str:
    """The partner's conflict of interest in words, while the partner has access to the case; "" without one."""
    if referral.state not in LIVE:
        return ""
    standing = CaseConflict.objects.standing().filter(case=referral.case_id, organisation=referral.organisation_id)
    found = standing.first()
    return conflict_in_words(found) if found else ""


def offer_page(request: SignedInRequest, referral: Referral, form: OfferForm, status: int) -> HttpResponse:
    """The page with the posted form, input included."""
    return render(request, "handoff/referral.html", referral_page(request.user, referral, form=form), status=status)


def partner_page(referral: Referral, **forms: Any) -> dict[str, Any]:
    """The context of the partner's page. After the end it contains only reference, dates and state.

    ``forms``: posted forms with errors; ``are_gone``: the state no longer allows them.
    """
    allowed = _answer_forms(referral)
    context = {**_common(referral), **allowed, **forms, "are_gone": not forms.keys() <= allowed.keys()}
    context["waits_for"] = waits_for_partner_side(referral, context["now"])
    context["live"] = reverse("handoff:partner_referral_part", args=[referral.pk])
    context["is_taken"] = referral.state in TAKEN
    context["member"] = _membership(referral) if context["is_taken"] else None
    context["is_expired"] = referral.state == ReferralState.EXPIRED
    return context


def _membership(referral: Referral) -> Member | None:
    """That of the partner in the team of the case, or its invitation."""
    return Member.objects.current().filter(team=referral.case_id, organisation=referral.organisation_id).first()


def typed_words(request: HttpRequest) -> list[str]:
    """The free texts of a posted form, shown when the form itself is no longer available."""
    fields = (values for name, values in request.POST.lists() if name.endswith("text"))
    return [words for values in fields for words in values if words.strip()]


def stale_page(request: SignedInRequest, stale: Stale, page: str) -> HttpResponse:
    """409 with the events since the page was shown; after expiry, with the button that asks for another offer."""
    context = {
        "told": [(told(event), event) for event in stale.events],
        "not_sent": typed_words(request),
        "back": reverse(page, args=[stale.subject]),
        "too_late": isinstance(stale, TooLate),
        "referral": Referral.objects.filter(pk=stale.subject).first(),
    }
    return render(request, "handoff/stale.html", context, status=409)


def _common(referral: Referral) -> dict[str, Any]:
    """Context of both sides' pages; row-level security limits each side to what the state allows.

    Encrypted fields are decrypted in the template; if that fails, the template shows a message in their place.
    """
    events = list(Event.objects.filter(subject=referral.pk).select_related("actor").order_by("pk"))
    summary = Summary.objects.select_related("data_key").filter(referral=referral).first()
    disclosure = Disclosure.objects.select_related("data_key", "decided_by").filter(referral=referral).first()
    now = timezone.now()
    return {
        "referral": referral,
        "now": now,
        "timeline": timeline(events),
        "seen": events[-1].pk if events else 0,
        "summary": summary,
        "facts": lambda: facts_in_words(summary.facts) if summary else [],
        "disclosure": disclosure,
        "agreed": lambda: agreed(disclosure),
        "conversation": list(referral.messages.select_related("data_key", "written_by")),
        "is_overdue": is_overdue(referral, now),
        "is_ended": referral.state in ENDED,
    }


def _draft(referral: Referral, form: OfferForm | None) -> dict[str, Any]:
    contact = get_object_or_404(Contact.objects.select_related("region"), pk=referral.case.assessment.contact_id)
    others = Referral.objects.filter(case=referral.case_id, state__in=WAITING | TAKEN).select_related("organisation")
    return {
        "form": form
        or OfferForm(
            contact=contact,
            known=known_of_case(referral.case),
            consent=consent_of(referral.case_id),
            initial={"text": _starting_text(referral, contact)},
        ),
        **due_if_offered(referral, timezone.now()),
        "elsewhere": others.first(),
    }


def due_if_offered(referral: Referral, now: datetime) -> dict[str, Any]:
    """When the answer would be due, and whether the partner's own opening hours could not be used."""
    times, is_open = times_of(referral, now)
    return {"due_words": _in_words(times[DeadlineStep.REMIND]), "is_never_open": not is_open}


def _in_words(moment: datetime) -> str:
    """The moment with its day of the week, which matters around a weekend."""
    local = timezone.localtime(moment)
    return f"{weekday(local)}, {date_format(local, 'SHORT_DATETIME_FORMAT')}"


def _starting_text(referral: Referral, contact: Contact) -> str:
    """The draft's text, else the summary of the last referral of this case, else a text generated from codes."""
    own = Summary.objects.select_related("data_key").get(referral=referral)
    if own.text:
        return str(own.text)
    earlier = Summary.objects.select_related("data_key").filter(referral__case=referral.case_id)
    told_before = (
        read_or(summary, partial(_text_of, summary), "") for summary in earlier.order_by("-referral__created_at")
    )
    return next(filter(None, told_before), "") or first_text(own.facts, referral.service, contact)


def _text_of(summary: Summary) -> str:
    return str(summary.text)


@dataclass(frozen=True)
class ShownStep:
    """What happens without an answer, in words, and when."""

    label: str
    at: datetime
    is_done: bool


def _deadlines(referral: Referral, now: datetime) -> list[ShownStep]:
    """What will happen without an answer. What waits for us never expires."""
    if referral.state not in WAITING:
        return []
    words = {step: str(step.label) for step in DeadlineStep}
    if referral.waits_for_centre:
        words = {DeadlineStep.REMIND: _("Reminder to us"), DeadlineStep.ESCALATE: words[DeadlineStep.ESCALATE]}
    return [ShownStep(label, at, at <= now) for label, at in zip(words.values(), referral.steps_at, strict=False)]


def _has_live(referral: Referral) -> bool:
    same = Referral.objects.filter(case=referral.case_id, organisation=referral.organisation_id)
    return same.filter(state__in=LIVE).exists()


def _answer_forms(referral: Referral) -> dict[str, Any]:
    """The forms that the state allows."""
    state = ReferralState(referral.state)
    if state in TAKEN:
        return {
            "feedback_form": FeedbackForm(prefix="feedback", initial={"message_id": uuid.uuid4()}),
            "complete_form": CompleteForm(prefix="complete"),
            "return_form": ReturnForm(prefix="return"),
        }
    forms: dict[str, Any] = {}
    if may_move(state, ReferralState.QUESTION, Who.PARTNER):
        forms["question_form"] = QuestionForm(prefix="question", initial={"message_id": uuid.uuid4()})
    if may_move(state, ReferralState.DECLINED, Who.PARTNER):
        forms["decline_form"] = DeclineForm(prefix="decline")
    return forms
