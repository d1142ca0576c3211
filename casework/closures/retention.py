"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import Part, Rows

PART = Part(
    rows=(
        Rows("closures_opinion", title=_("Opinion of a body on closing the case"), has_events=False),
        Rows("closures_closure", title=_("Proposal to close the case")),
        Rows("closures_reopening", title=_("Proposal to open the case again")),
    ),
)
