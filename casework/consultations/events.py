"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py), if the centre reads the
# consultation; the others are not events of the case.
OF_CONSULTATION = (Rule("who reads the consultation", "ntk.sees_consultation(subject)"),)

CONSULTATION_ASKED = EventKind(
    "consultation.asked",
    "consultation",
    _("Consultation asked for"),
    "message-circle-question-mark",
    OF_CONSULTATION,
    WITH_DOSSIER,
    in_case=_("%(to)s (%(organisation)s) was consulted"),
)
CONSULTATION_ANSWERED = EventKind(
    "consultation.answered",
    "consultation",
    _("Consultation answered"),
    "message-circle",
    OF_CONSULTATION,
    WITH_DOSSIER,
    in_case=_("%(to)s (%(organisation)s) answered a consultation"),
)
CONSULTATION_DECLINED = EventKind(
    "consultation.declined",
    "consultation",
    _("Consultation declined"),
    "user-x",
    OF_CONSULTATION,
    WITH_DOSSIER,
    in_case=_("%(to)s (%(organisation)s) declined a consultation"),
)
CONSULTATION_WITHDRAWN = EventKind(
    "consultation.withdrawn",
    "consultation",
    _("Consultation withdrawn"),
    "undo-2",
    OF_CONSULTATION,
    WITH_DOSSIER,
    in_case=_("The consultation of %(to)s (%(organisation)s) was withdrawn"),
)
CONSULTATION_REMINDED = EventKind(
    "consultation.reminded",
    "consultation",
    _("Reminder of a consultation"),
    "bell",
    OF_CONSULTATION,
    WITH_DOSSIER,
)
CONSULTATION_OVERDUE = EventKind(
    "consultation.overdue",
    "consultation",
    _("Consultation overdue"),
    "triangle-alert",
    OF_CONSULTATION,
    WITH_DOSSIER,
    in_case=_("The answer of %(to)s (%(organisation)s) to a consultation is overdue"),
)
