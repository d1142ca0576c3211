"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import Part, Rows

PART = Part(
    rows=(
        Rows("releases_exitreport", title=_("Exit report")),
        Rows("releases_releasestep", title=_("Step of a release from prison"), has_events=False),
        Rows("releases_prisonrelease", title=_("Release from prison")),
    )
)
