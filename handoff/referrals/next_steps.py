"""Referrals that a partner did not take and whose case waits for a decision. Read-only."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role

from .models import NextStep


def next_steps(user: User, centre: Organisation) -> QuerySet[NextStep]:
    """At most one for each case: the last that ended, while no partner has the case or considers it.

    If a partner asks for another offer, a decision is needed again. Only cases that the user may change.
    """
    waiting = NextStep.objects.filter(centre=centre)
    if centre.pk in organisations_as(user, Role.COORDINATOR):
        return waiting
    own = Case.objects.of_user(user) | Case.objects.unassigned()
    return waiting.filter(Exists(own.filter(pk=OuterRef("case"))))
