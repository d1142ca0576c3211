"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

FIGURES_PREPARED = EventKind("figures.prepared", "release", _("Release prepared"), "pencil", (), KEPT)
FIGURES_RELEASED = EventKind("figures.released", "release", _("Figures released"), "send", (), KEPT)
FIGURES_DISCARDED = EventKind("figures.discarded", "release", _("Release discarded"), "trash-2", (), KEPT)
FIGURES_MADE_PUBLIC = EventKind("figures.made_public", "release", _("Release made public"), "lock-open", (), KEPT)
FIGURES_MADE_INTERNAL = EventKind("figures.made_internal", "release", _("Release made internal"), "lock", (), KEPT)
FIGURES_TYPESET = EventKind("figures.typeset", "release", _("Release typeset"), "check", (), KEPT)
