"""Missing set-up steps of the telephone, shown on the administration's start page."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.administration import SetupStep
from foundation.accounts.models import Organisation
from regions.vocabulary import Language

from .models import Line


def steps(centre: Organisation) -> list[SetupStep]:
    """Steps: a line in use with the centre's languages, and a configured provider."""
    rows = list(Line.objects.filter(centre=centre, is_active=True).order_by("name"))
    spoken = {code for row in rows for code in row.languages}
    languages = [str(label) for code, label in Language.choices if code in spoken]
    address = reverse("switchboard:lines") if rows else reverse("switchboard:new_line", args=[centre.pk])
    connected = bool(settings.TELEPHONY["account"])
    return [
        SetupStep(
            _("A telephone line with the centre's languages"),
            bool(rows),
            f"{', '.join(row.name for row in rows)}: {', '.join(languages)}" if rows else _("no line is in use"),
            address,
            _("Telephone lines") if rows else _("Add a line"),
        ),
        SetupStep(
            _("A telephone provider"),
            connected,
            _("connected") if connected else _("not connected: whoever runs the server does that (docs/telephony.md)"),
            "",
            "",
        ),
    ]


def lines_in_use(organisation: Organisation) -> str:
    """A reason not to deactivate the organisation; empty if there is none."""
    rows = Line.objects.filter(centre=organisation, is_active=True)
    return _("It has a telephone line in use.") if rows.exists() else ""
