"""Missing set-up steps of the network, shown on the administration's start page."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.administration import SetupStep
from foundation.accounts.models import Organisation, OrganisationKind

from . import workload
from .models import OpeningHours, PartnerProfile
from .preview import state_now


def steps(centre: Organisation) -> list[SetupStep]:
    """The centre's own hours, and a partner to whom a case can be offered."""
    has_hours = OpeningHours.objects.filter(organisation=centre).exists()
    return [
        SetupStep(
            _("The centre's opening hours and closing days"),
            has_hours,
            state_now(centre, timezone.now()) if has_hours else _("not entered: weekdays from 9 to 15 hold"),
            reverse("regions:hours", args=[centre.pk]),
            _("Opening hours"),
        ),
        _partners(),
    ]


def _partners() -> SetupStep:
    """Services, regions and places: without one of them no ranking can find the partner."""
    partners = Organisation.objects.in_use().filter(kind=OrganisationKind.PARTNER)
    ready = PartnerProfile.objects.filter(organisation__in=partners, capacity__gt=0).exclude(services=[])
    number = ready.filter(Q(is_national=True) | Q(organisation__coverage__isnull=False)).distinct().count()
    words = ngettext(
        "%(number)s partner can be offered a case", "%(number)s partners can be offered a case", number
    ) % {"number": number}
    return SetupStep(
        _("A partner with services, regions and places"),
        number > 0,
        words,
        reverse("regions:partners") if partners.exists() else f"{reverse('accounts:new_organisation')}?kind=partner",
        _("Partners") if partners.exists() else _("Add a partner"),
    )


def open_cases_there(organisation: Organisation) -> str:
    """A reason not to deactivate the organisation; empty if there is none."""
    number = (workload.open_cases() or {}).get(organisation.pk, 0)
    words = ngettext("%(number)s case is open there.", "%(number)s cases are open there.", number)
    return words % {"number": number} if number else ""
