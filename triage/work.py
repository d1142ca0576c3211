"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind

WORK = [WorkKind("confirmation", _("Confirm a triage as the second person"), "user-check", "triage:confirmation")]
