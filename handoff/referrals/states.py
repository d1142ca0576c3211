"""The states of a referral, who may move it, what each side may then see. The diagram in docs/ is made from here."""

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

#: No decision yet: deadlines run. A question waits for the centre, so it is reminded and escalated but never expires.
WAITING = frozenset({S.OFFERED, S.QUESTION})
#: The partner is responsible.
TAKEN = frozenset({S.ACCEPTED, S.IN_PROGRESS})
#: At most one of these a case and partner.
LIVE = frozenset({S.DRAFT}) | WAITING | TAKEN
#: Over: the partner sees that it happened, and nothing of what it was about.
ENDED = frozenset({S.DECLINED, S.WITHDRAWN, S.EXPIRED, S.RETURNED, S.COMPLETED})
#: The partner may never have heard of it.
WITHOUT_OFFER = frozenset({S.DRAFT, S.WITHDRAWN})
#: The case is the centre's again, and somebody has to decide how it goes on.
UNSUCCESSFUL = frozenset({S.DECLINED, S.EXPIRED, S.RETURNED})

#: What the partner sees until the end: the summary from the offer on, the agreed fields from acceptance on.
SHOWS_SUMMARY = WAITING | TAKEN
SHOWS_FIELDS = TAKEN


def may_move(source: ReferralState, target: ReferralState, who: Who) -> bool:
    return TRANSITIONS.get((source, target)) == who


def in_order(members: Iterable[ReferralState]) -> list[ReferralState]:
    """As they are declared, so that what is made from a set is always the same."""
    return [state for state in ReferralState if state in set(members)]
