"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.teams.retention import TEAMS
from foundation.retention.dossiers import Part, Rows

PART = Part(
    rows=(Rows("consultations_consultation", title=_("Consultation")),),
    # Each has a key of its own.
    ties=(f"select data_key_id from consultations_consultation where team_id in {TEAMS}",),
    recipients=(
        "select organisation_id, asked_at as at from consultations_consultation"
        f" where organisation_id not in (centre_id, asking_body_id) and team_id in {TEAMS}",
    ),
)
