"""The kinds of events of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

SEALED = EventKind("journal.sealed", "journal", _("Looks and changes of roles sealed"), "lock", (), KEPT)
#: Names the erasure, and has the number and the digest of the events whose payload it emptied.
ERASED = EventKind("dossier.erased", "erasure", _("Dossier erased"), "eraser", (), KEPT)
