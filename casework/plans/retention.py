"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import Part, Rows

PART = Part(
    rows=(
        Rows("plans_agreement", title=_("Answer of a body to a plan"), has_events=False),
        Rows("plans_plannedaction", title=_("Planned action"), has_events=False),
        Rows("plans_goaloutcome", title=_("Outcome of a goal"), has_events=False),
        Rows("plans_goal", title=_("Goal"), has_events=False),
        Rows("plans_factor", title=_("Factor"), has_events=False),
        Rows("plans_plan", title=_("Plan")),
    ),
)
