"""Work of the foundation below the worklist, which knows nothing of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .kinds import WorkKind

WORK = [WorkKind("role", _("Confirm a role"), "user-check", "accounts:role_proposals", row="role")]
