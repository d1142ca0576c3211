"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

DEMO_MADE = EventKind("demo.made", "organisation", _("Fictional data made"), "circle-plus", (), KEPT)
