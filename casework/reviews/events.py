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


def _kind(code: str, label: object, icon: str, in_case: object) -> EventKind:
    return EventKind(f"review.{code}", "review", label, icon, OF_TEAM, WITH_DOSSIER, in_case=in_case)  # type: ignore[arg-type]


REVIEW_PROPOSED = _kind("proposed", _("Proposed, as there is new information"), "calendar-plus", _("Review proposed"))
REVIEW_PLANNED = _kind("planned", _("Planned"), "calendar-plus", _("Review planned"))
REVIEW_HELD = _kind("held", _("Held"), "calendar-check", _("Review held"))
REVIEW_MOVED = _kind("moved", _("Moved"), "calendar-clock", _("Review moved"))
REVIEW_DROPPED = _kind("dropped", _("Dropped"), "calendar-x", _("Review dropped"))
REVIEW_REMINDED = _kind("reminded", _("Due, reminded"), "bell", _("Review due, reminded"))
REVIEW_MISSED = _kind("missed", _("Missed"), "triangle-alert", _("Review missed: nobody has held it in time"))
