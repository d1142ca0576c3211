"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_TEAM = (
    Rule(
        "people of other bodies who work on the case, of its reviews",
        '"case" is not null and ntk.works_in_team("case")',
    ),
)

REVIEW_PROPOSED = EventKind(
    "review.proposed",
    "review",
    _("Proposed, as there is new information"),
    "calendar-plus",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Review proposed"),
)
REVIEW_PLANNED = EventKind(
    "review.planned", "review", _("Planned"), "calendar-plus", OF_TEAM, WITH_DOSSIER, in_case=_("Review planned")
)
REVIEW_HELD = EventKind(
    "review.held", "review", _("Held"), "calendar-check", OF_TEAM, WITH_DOSSIER, in_case=_("Review held")
)
REVIEW_MOVED = EventKind(
    "review.moved", "review", _("Moved"), "calendar-clock", OF_TEAM, WITH_DOSSIER, in_case=_("Review moved")
)
REVIEW_DROPPED = EventKind(
    "review.dropped", "review", _("Dropped"), "calendar-x", OF_TEAM, WITH_DOSSIER, in_case=_("Review dropped")
)
REVIEW_REMINDED = EventKind(
    "review.reminded", "review", _("Due, reminded"), "bell", OF_TEAM, WITH_DOSSIER, in_case=_("Review due, reminded")
)
REVIEW_MISSED = EventKind(
    "review.missed",
    "review",
    _("Missed"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Review missed: nobody has held it in time"),
)
