"""Assessments that wait for a person; the top bar shows their number."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

from .models import Assessment, AssessmentQuerySet


def to_confirm(user: User) -> AssessmentQuerySet:
    """Choices that this coordinator may confirm as the second person; never those of the coordinator's own."""
    centre = centre_with(user, Permission.TRIAGE_CONFIRM)
    if centre is None:
        return Assessment.objects.none()
    return Assessment.objects.waiting().filter(centre=centre).exclude(completed_by=user)
