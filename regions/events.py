"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

PROFILE_CHANGED = EventKind(
    "profile.changed", "organisation", _("What the partner offers was changed"), "pencil", (), KEPT
)
COVERAGE_CHANGED = EventKind(
    "coverage.changed", "organisation", _("Regions of the partner changed"), "pencil", (), KEPT
)
INTAKE_PAUSED = EventKind("intake.paused", "organisation", _("Intake paused"), "timer", (), KEPT)
INTAKE_RESUMED = EventKind("intake.resumed", "organisation", _("Intake resumed"), "rotate-ccw", (), KEPT)
LIAISON_ADDED = EventKind("liaison.added", "liaison", _("Liaison added"), "circle-plus", (), KEPT)
LIAISON_CHANGED = EventKind("liaison.changed", "liaison", _("Liaison changed"), "pencil", (), KEPT)
LIAISON_ENDED = EventKind("liaison.ended", "liaison", _("Liaison ended"), "archive", (), KEPT)
CONFLICT_ADDED = EventKind(
    "conflict.added", "conflict", _("Conflict of interest of a partner added"), "scale", (), KEPT
)
CONFLICT_CHANGED = EventKind(
    "conflict.changed", "conflict", _("Conflict of interest of a partner changed"), "scale", (), KEPT
)
CONFLICT_ENDED = EventKind(
    "conflict.ended", "conflict", _("Conflict of interest of a partner ended"), "scale", (), KEPT
)
HOURS_CHANGED = EventKind("hours.changed", "organisation", _("Opening hours changed"), "pencil", (), KEPT)
EXCEPTION_ADDED = EventKind(
    "exception.added", "organisation", _("Exception from the opening hours added"), "circle-plus", (), KEPT
)
EXCEPTION_CHANGED = EventKind(
    "exception.changed", "organisation", _("Exception from the opening hours changed"), "pencil", (), KEPT
)
EXCEPTION_REMOVED = EventKind(
    "exception.removed", "organisation", _("Exception from the opening hours removed"), "trash-2", (), KEPT
)
