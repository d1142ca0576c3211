"""The kinds of events that this app writes. They are about the erasure or the hold, so they outlive the dossier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

ERASURE_DECIDED = EventKind("erasure.decided", "erasure", _("Erasure of a dossier decided"), "eraser", (), KEPT)
ERASURE_ANNOUNCED = EventKind("erasure.announced", "erasure", _("Dossier will be due for erasure"), "bell", (), KEPT)
ERASURE_WITHDRAWN = EventKind("erasure.withdrawn", "erasure", _("Erasure of a dossier withdrawn"), "undo-2", (), KEPT)
#: The table, the number of rows, and the moment before which they began.
ROWS_SWEPT = EventKind("retention.swept", "retention", _("Old rows deleted by the rules"), "eraser", (), KEPT)
#: How many data keys, and under which master key they are now.
KEYS_REWRAPPED = EventKind(
    "keys.rewrapped", "retention", _("Data keys wrapped by a new master key"), "key-round", (), KEPT
)
HOLD_SET = EventKind("hold.set", "hold", _("Dossier kept from erasure"), "lock", (), KEPT)
HOLD_ENDED = EventKind("hold.ended", "hold", _("Dossier no longer kept from erasure"), "lock-open", (), KEPT)
