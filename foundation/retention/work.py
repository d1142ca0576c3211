"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind

WORK = [
    WorkKind(
        "agreement",
        _("Open a dossier for a copy, or not"),
        "folder-lock",
        "retention:agreements",
        row="dossier",
    )
]
