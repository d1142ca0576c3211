"""The app of referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from uuid import UUID

    from foundation.accounts.models import User


class HandoffConfig(AppConfig):
    name = "handoff.referrals"
    label = "handoff"  # prefix of tables, permissions and URLs

    def ready(self) -> None:
        from casework.teams.conflicts import found_with
        from hotline.contacts.references import find_with
        from regions.workload import count_open_cases_with

        from .ranking import partner_record

        count_open_cases_with(lambda: partner_record().open_cases)
        find_with("R", _address_of_referral)
        found_with(_with_conflict)


def _with_conflict(case_id: UUID) -> set[int]:
    """Partners with a standing conflict of interest in the case."""
    from .conflicts import standing_conflicts

    return standing_conflicts(case_id)


def _address_of_referral(user: User, number: int) -> str:
    """URL of a referral for the centre; row-level security decides who gets one."""
    from django.urls import reverse

    from .models import Referral
    from .permissions import is_centre_side

    found = Referral.objects.filter(number=number).first()
    return reverse("handoff:referral", args=[found.pk]) if found and is_centre_side(user, found) else ""
