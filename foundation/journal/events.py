"""The kinds of events of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

SEALED = EventKind("journal.sealed", "journal", _("Looks and changes of roles sealed"), "lock", (), KEPT)
