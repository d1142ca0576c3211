"""The kinds of events that this app writes. They are about the erasure or the hold, so they outlive the dossier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

ERASURE_DECIDED = EventKind("erasure.decided", "erasure", _("Erasure of a dossier decided"), "eraser", (), KEPT)
ERASURE_WITHDRAWN = EventKind("erasure.withdrawn", "erasure", _("Erasure of a dossier withdrawn"), "undo-2", (), KEPT)
HOLD_SET = EventKind("hold.set", "hold", _("Dossier kept from erasure"), "lock", (), KEPT)
HOLD_ENDED = EventKind("hold.ended", "hold", _("Dossier no longer kept from erasure"), "lock-open", (), KEPT)
