"""Referrals that a partner did not take and whose case waits for a decision. Read-only."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from casework.cases.models import Case
from casework.cases.states import CaseState
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role

from .models import Referral
from .states import LIVE, UNSUCCESSFUL, ReferralState


def needing_a_next_step(user: User, centre: Organisation) -> QuerySet[Referral]:
    """At most one for each case: the last that ended, while no partner has the case or considers it.

    If a partner asks for another offer, a decision is needed again. Only cases that the user may change.
    """
    others = Referral.objects.filter(case=OuterRef("case"))
    later = Q(state__in=[*UNSUCCESSFUL, ReferralState.COMPLETED], ended_at__gt=OuterRef("ended_at"))
    undecided = Q(kept_at=None) | Q(asked_again_at__gt=F("kept_at"))
    ended = Referral.objects.filter(undecided, centre=centre, state__in=UNSUCCESSFUL, case__state=CaseState.OPEN)
    if centre.pk not in organisations_as(user, Role.COORDINATOR):
        ended = ended.filter(case__in=Case.objects.of_user(user) | Case.objects.unassigned())
    return ended.filter(~Exists(others.filter(later | Q(state__in=LIVE))))
