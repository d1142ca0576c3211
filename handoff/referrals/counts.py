"""Referrals that wait for a person; the top bar shows their number."""

from __future__ import annotations

from django.db.models import QuerySet

from foundation.accounts.models import User
from foundation.accounts.permissions import can, centre_with
from foundation.accounts.roles import Permission

from .models import NextStep, Referral
from .next_steps import next_steps
from .states import WAITS_FOR_PARTNER


def need_a_next_step(user: User) -> QuerySet[NextStep]:
    """Referrals that a partner did not take, and whose case waits for this person's decision."""
    centre = centre_with(user, Permission.REFERRAL_OFFER)
    return next_steps(user, centre) if centre else NextStep.objects.none()


def to_answer(user: User) -> QuerySet[Referral]:
    """Offers that wait for an answer of this person's organisation."""
    partner = user.partner
    if partner is None or not can(user, Permission.REFERRAL_ANSWER, partner.pk):
        return Referral.objects.none()
    return Referral.objects.live().filter(organisation=partner, state__in=WAITS_FOR_PARTNER)
