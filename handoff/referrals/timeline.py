"""The timeline of a referral in words: events, and who has to act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from foundation.journal.models import Event

from .models import Referral
from .states import ENDED, WAITS_FOR_PARTNER, ReferralState
from .vocabulary import DeclineReason, Feedback, Outcome

DETAILS = {"reason": DeclineReason, "feedback": Feedback, "outcome": Outcome}


@dataclass(frozen=True)
class ReferralTimelineEntry:
    """One line of the timeline."""

    icon: str
    what: str
    who: str
    at: datetime


def timeline(events: Iterable[Event]) -> list[ReferralTimelineEntry]:
    """The events in order, in the words of their codes, never with free text."""
    return [ReferralTimelineEntry(_icon(event), told(event), _name(event), event.at) for event in events]


def told(event: Event) -> str:
    """The event as a short sentence."""
    sentence = str(event.declared.sentence) if event.declared else event.kind
    details = [str(choices(event.data[key]).label) for key, choices in DETAILS.items() if event.data.get(key)]
    return _("%(what)s: %(detail)s") % {"what": sentence, "detail": ", ".join(details)} if details else sentence


def _icon(event: Event) -> str:
    return event.declared.icon if event.declared else "circle"


def _name(event: Event) -> str:
    return _("by the clock") if event.actor.service else event.actor.name


def waits_for(referral: Referral, now: datetime) -> str:
    """Who has to act, in words for the centre."""
    values = {"partner": referral.organisation.name}
    state = ReferralState(referral.state)
    if state == ReferralState.DRAFT:
        return _("Waits for us: nothing has been sent yet.")
    if state == ReferralState.QUESTION:
        return _("Waits for us: %(partner)s has asked a question.") % values
    if state == ReferralState.OFFERED and is_overdue(referral, now):
        return _("Waits for %(partner)s: the answer is overdue.") % values
    if state == ReferralState.OFFERED:
        return _("Waits for the answer of %(partner)s.") % values
    if state == ReferralState.ACCEPTED:
        return _("Waits for %(partner)s to make the first contact.") % values
    if state == ReferralState.IN_PROGRESS:
        return _("%(partner)s is working the case.") % values
    return _ended(referral)


def waits_for_partner_side(referral: Referral, now: datetime) -> str:
    """Who has to act, in words for the partner."""
    state = ReferralState(referral.state)
    if state == ReferralState.QUESTION:
        return _("Waits for the centre to answer your question. You can accept or decline at any time.")
    if state == ReferralState.OFFERED:
        return _("Your answer is overdue.") if is_overdue(referral, now) else _("Waits for your answer.")
    if state == ReferralState.ACCEPTED:
        return _("Yours. Please make the first contact and say so here.")
    if state == ReferralState.IN_PROGRESS:
        return _("Yours, in progress.")
    return _ended(referral)


def is_overdue(referral: Referral, now: datetime) -> bool:
    """Whether the partner's answer was due before ``now``."""
    return referral.state in WAITS_FOR_PARTNER and referral.due_at is not None and referral.due_at < now


def _ended(referral: Referral) -> str:
    sentences = {
        ReferralState.DECLINED: _("Declined. Nobody is asked at the moment."),
        ReferralState.WITHDRAWN: _("Withdrawn by the centre."),
        ReferralState.EXPIRED: _("Expired: no answer came in time."),
        ReferralState.RETURNED: _("Returned to the centre."),
        ReferralState.COMPLETED: _("Completed."),
    }
    assert referral.state in ENDED
    return sentences[ReferralState(referral.state)]
