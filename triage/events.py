"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule
from hotline.contacts.events import CONTACT_READERS

# A function, as for the events of contacts.
ASSESSMENT_READERS = (Rule("who may read the assessment", "ntk.sees_assessment(subject)"),)

ASSESSMENT_STARTED = EventKind(
    "assessment.started", "assessment", _("Triage begun"), "list-checks", ASSESSMENT_READERS, WITH_DOSSIER, in_case=True
)
ASSESSMENT_EDITED = EventKind(
    "assessment.edited", "assessment", _("Triage filled in"), "pencil", ASSESSMENT_READERS, WITH_DOSSIER
)
ASSESSMENT_COMPLETED = EventKind(
    "assessment.completed",
    "assessment",
    _("Triage completed"),
    "list-checks",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=_("Triage completed: %(disposition)s"),
)
ASSESSMENT_WAITING = EventKind(
    "assessment.waiting",
    "assessment",
    _("Triage waits for a coordinator's confirmation"),
    "user-round-search",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=_("Triage waits for a coordinator's confirmation: %(disposition)s"),
)
ASSESSMENT_CONFIRMED = EventKind(
    "assessment.confirmed",
    "assessment",
    _("Triage confirmed by a second person"),
    "badge-check",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=_("Triage confirmed by a second person: %(disposition)s"),
)
ASSESSMENT_SENT_BACK = EventKind(
    "assessment.sent_back",
    "assessment",
    _("Triage sent back by the coordinator"),
    "corner-down-left",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=True,
)
ASSESSMENT_DISCARDED = EventKind(
    "assessment.discarded",
    "assessment",
    _("A triage begun by mistake was discarded"),
    "trash-2",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=True,
)
ASSESSMENT_SUPERSEDED = EventKind(
    "assessment.superseded",
    "assessment",
    _("An earlier triage was replaced"),
    "history",
    ASSESSMENT_READERS,
    WITH_DOSSIER,
    in_case=True,
)
TRIAGE_WAIVED = EventKind(
    "triage.waived",
    "contact",
    _("No triage needed"),
    "circle-slash",
    CONTACT_READERS,
    WITH_DOSSIER,
    in_case=True,
)
TRIAGE_TO_SHIFT = EventKind(
    "triage.to_shift",
    "contact",
    _("Triage given to the shift: not completed in time, or its handler is away"),
    "users",
    CONTACT_READERS,
    WITH_DOSSIER,
)
TRIAGE_ESCALATED = EventKind(
    "triage.escalated",
    "contact",
    _("Triage shown to the coordinators, because nobody completed it"),
    "triangle-alert",
    CONTACT_READERS,
    WITH_DOSSIER,
)
TRIAGE_TO_DEPUTY = EventKind(
    "triage.to_deputy",
    "contact",
    _("Contact without a triage given to the deputy of its handler, who is away"),
    "user-round-check",
    CONTACT_READERS,
    WITH_DOSSIER,
)
