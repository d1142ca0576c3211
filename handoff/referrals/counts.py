"""Numbers of waiting referrals, for the top bar and the shift page."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.accounts.permissions import can, centre_with
from foundation.accounts.roles import Permission

from .models import Referral
from .next_steps import needing_a_next_step
from .states import WAITS_FOR_PARTNER


def need_a_next_step(user: User) -> int:
    """Referrals that a partner did not take, and whose case waits for this person's decision."""
    centre = centre_with(user, Permission.REFERRAL_OFFER)
    if centre is None:
        return 0
    return needing_a_next_step(user, centre).count()


def to_answer(user: User) -> int:
    """Offers that wait for an answer of this person's organisation."""
    partner = user.partner
    if partner is None or not can(user, Permission.REFERRAL_ANSWER, partner.pk):
        return 0
    return Referral.objects.filter(organisation=partner, state__in=WAITS_FOR_PARTNER).count()
