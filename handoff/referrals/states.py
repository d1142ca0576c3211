"""The states of a referral, who may change it, and what each side sees. docs/states.md is generated from this."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


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

DRAFTS = frozenset({S.DRAFT})
#: The partner has to answer: it is reminded, and the offer expires.
WAITS_FOR_PARTNER = frozenset({S.OFFERED})
#: The centre has to act before the partner decides: its contact person is reminded, and the offer never expires.
WAITS_FOR_CENTRE = frozenset({S.QUESTION})
#: No decision yet: deadlines run.
WAITING = WAITS_FOR_PARTNER | WAITS_FOR_CENTRE
#: The partner is responsible.
TAKEN = frozenset({S.ACCEPTED, S.IN_PROGRESS})
#: At most one of these per case and partner.
LIVE = DRAFTS | WAITING | TAKEN
NOT_TAKEN = frozenset({S.DECLINED, S.EXPIRED})
CANCELLED = frozenset({S.WITHDRAWN})
GIVEN_BACK = frozenset({S.RETURNED})
DONE = frozenset({S.COMPLETED})
#: Ended: the partner sees the referral, but not its content.
ENDED = NOT_TAKEN | CANCELLED | GIVEN_BACK | DONE
#: The partner may never have received an offer.
WITHOUT_OFFER = DRAFTS | CANCELLED
#: The centre is responsible again and has to decide the next step.
UNSUCCESSFUL = NOT_TAKEN | GIVEN_BACK
#: The partner said yes, whatever came after it.
EVER_TAKEN = TAKEN | GIVEN_BACK | DONE

#: What the partner sees before the end: the summary from the offer on, the agreed fields from acceptance on.
SHOWS_SUMMARY = WAITING | TAKEN
SHOWS_FIELDS = TAKEN


def may_move(source: ReferralState, target: ReferralState, who: Who) -> bool:
    return TRANSITIONS.get((source, target)) == who


def in_order(members: Iterable[ReferralState]) -> list[ReferralState]:
    """In declaration order, so that SQL generated from a set is always the same."""
    return [state for state in ReferralState if state in set(members)]


MACHINES = (
    StateMachine(
        "Referral",
        ReferralState,
        starts=(S.DRAFT,),
        sets=(DRAFTS, WAITS_FOR_PARTNER, WAITS_FOR_CENTRE, TAKEN, NOT_TAKEN, CANCELLED, GIVEN_BACK, DONE),
        transitions={
            state: {target: who for (source, target), who in TRANSITIONS.items() if source == state} for state in S
        },
        remark="Each arrow names who may take it: the centre, the partner, or the clock.",
    ),
)
