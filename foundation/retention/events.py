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
#: The kind of the request.
REQUEST_RECEIVED = EventKind("request.received", "request", _("Request of a person recorded"), "inbox", (), KEPT)
REQUEST_IDENTIFIED = EventKind(
    "request.identified", "request", _("Identity of a requesting person checked"), "user-check", (), KEPT
)
REQUEST_EXTENDED = EventKind("request.extended", "request", _("Time for a request extended"), "clock", (), KEPT)
REQUEST_GRANTED = EventKind("request.granted", "request", _("Request of a person answered"), "check", (), KEPT)
#: The ground.
REQUEST_REFUSED = EventKind("request.refused", "request", _("Request of a person refused"), "x", (), KEPT)
REQUEST_WITHDRAWN = EventKind("request.withdrawn", "request", _("Request of a person withdrawn"), "undo-2", (), KEPT)
#: The id of the dossier, as in all of these.
DOSSIER_CHOSEN = EventKind("request.dossier_chosen", "request", _("Dossier chosen for a request"), "plus", (), KEPT)
DOSSIER_AGREED = EventKind(
    "request.dossier_agreed", "request", _("Dossier opened for the copy by a second person"), "user-check", (), KEPT
)
DOSSIER_TAKEN_OUT = EventKind(
    "request.dossier_taken_out", "request", _("Dossier taken out of a request"), "minus", (), KEPT
)
#: How many items are in the copy, and how many are left out.
ITEMS_DECIDED = EventKind("request.items_decided", "request", _("Content of a copy decided"), "list-checks", (), KEPT)
