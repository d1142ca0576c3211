"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, WITH_DOSSIER, EventKind

ABSENCE_ENTERED = EventKind("absence.entered", "absence", _("Absence entered"), "calendar-off", (), KEPT)
ABSENCE_ENDED = EventKind("absence.ended", "absence", _("Absence ended"), "calendar-check", (), KEPT)
#: The kind of work, and of whom.
WORK_WAITS = EventKind(
    "work.waits",
    "work",
    _("Work of somebody who is away: shown to the coordinators"),
    "triangle-alert",
    (),
    WITH_DOSSIER,
)
