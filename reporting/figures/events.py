"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

FIGURES_IMPORTED = EventKind("figures.imported", "import", _("Figures of the past imported"), "archive", (), KEPT)
