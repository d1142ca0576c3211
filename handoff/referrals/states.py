"""The states of a referral, who may change it, and what each side sees. docs/states.md is generated from this."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReferralState(models.TextChoices):
    DRAFT = "draft", _("draft")
    OFFERED = "offered", _("offered")
    QUESTION = "question", _("question asked")
    ACCEPTED = "accepted", _("accepted")
    IN_PROGRESS = "in_progress", _("in progress")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    RETURNED = "returned", _("returned")
    COMPLETED = "completed", _("completed")


class Who(StrEnum):
    CENTRE = "centre"
    PARTNER = "partner"
    DEADLINE = "deadline"


S = ReferralState
TRANSITIONS: dict[tuple[ReferralState, ReferralState], Who] = {
    (S.DRAFT, S.OFFERED): Who.CENTRE,
    (S.DRAFT, S.WITHDRAWN): Who.CENTRE,
    (S.OFFERED, S.QUESTION): Who.PARTNER,
    (S.OFFERED, S.ACCEPTED): Who.PARTNER,
    (S.OFFERED, S.DECLINED): Who.PARTNER,
    (S.OFFERED, S.WITHDRAWN): Who.CENTRE,
    (S.OFFERED, S.EXPIRED): Who.DEADLINE,
    (S.QUESTION, S.OFFERED): Who.CENTRE,
    (S.QUESTION, S.ACCEPTED): Who.PARTNER,
    (S.QUESTION, S.DECLINED): Who.PARTNER,
    (S.QUESTION, S.WITHDRAWN): Who.CENTRE,
    (S.ACCEPTED, S.IN_PROGRESS): Who.PARTNER,
    (S.ACCEPTED, S.RETURNED): Who.PARTNER,
    (S.ACCEPTED, S.COMPLETED): Who.PARTNER,
    (S.IN_PROGRESS, S.RETURNED): Who.PARTNER,
    (S.IN_PROGRESS, S.COMPLETED): Who.PARTNER,
}

#: No decision yet; deadlines run. A question waits for the centre: reminders and escalation, but no expiry.
WAITING = frozenset({S.OFFERED, S.QUESTION})
#: The partner is responsible.
TAKEN = frozenset({S.ACCEPTED, S.IN_PROGRESS})
#: At most one of these per case and partner.
LIVE = frozenset({S.DRAFT}) | WAITING | TAKEN
#: Ended: the partner sees the referral, but not its content.
ENDED = frozenset({S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.RETURNED, S.COMPLETED})
#: Each state is in exactly one of these.
PARTITION = (frozenset({S.DRAFT}), WAITING, TAKEN, ENDED)
#: The partner may never have received an offer.
WITHOUT_OFFER = frozenset({S.DRAFT, S.WITHDRAWN})
#: The centre is responsible again and has to decide the next step.
UNSUCCESSFUL = frozenset({S.DECLINED, S.EXPIRED, S.RETURNED})

#: What the partner sees before the end: the summary from the offer on, the agreed fields from acceptance on.
SHOWS_SUMMARY = WAITING | TAKEN
SHOWS_FIELDS = TAKEN


def may_move(source: ReferralState, target: ReferralState, who: Who) -> bool:
    return TRANSITIONS.get((source, target)) == who


def in_order(members: Iterable[ReferralState]) -> list[ReferralState]:
    """In declaration order, so that SQL generated from a set is always the same."""
    return [state for state in ReferralState if state in set(members)]
