"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_TEAM = (
    Rule(
        "people of other bodies who work on the case, of its closing",
        '"case" is not null and ntk.works_in_team("case")',
    ),
)

CLOSURE_PROPOSED = EventKind(
    "closure.proposed",
    "closure",
    _("Proposed"),
    "archive",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s proposes to close the case: %(reason)s"),
)
CLOSURE_SUPPORTED = EventKind(
    "closure.supported",
    "closure",
    _("A body is for it"),
    "thumbs-up",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s is for closing the case"),
)
CLOSURE_OPPOSED = EventKind(
    "closure.opposed",
    "closure",
    _("A body is against it"),
    "thumbs-down",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s is against closing the case"),
)
CLOSURE_UNANSWERED = EventKind(
    "closure.unanswered",
    "closure",
    _("No answer in time"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has not said in time what it thinks of closing the case"),
)
CLOSURE_UNDECIDED = EventKind(
    "closure.undecided",
    "closure",
    _("No decision in time"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has not decided in time about closing the case"),
)
CLOSURE_AGREED = EventKind(
    "closure.agreed",
    "closure",
    _("Agreed"),
    "circle-check",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s agrees that the case is closed"),
)
CLOSURE_REFUSED = EventKind(
    "closure.refused",
    "closure",
    _("Refused"),
    "circle-x",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s does not agree that the case is closed"),
)
CLOSURE_WITHDRAWN = EventKind(
    "closure.withdrawn",
    "closure",
    _("Withdrawn"),
    "undo-2",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("The proposal to close the case is withdrawn"),
)
CLOSURE_CARRIED_OUT = EventKind(
    "closure.carried_out",
    "closure",
    _("Carried out"),
    "archive",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("The agreed closing is carried out"),
)
REOPENING_PROPOSED = EventKind(
    "reopening.proposed",
    "reopening",
    _("Proposed"),
    "archive-restore",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s proposes to open the case again: %(cause)s"),
)
REOPENING_ACCEPTED = EventKind("reopening.accepted", "reopening", _("Opened again"), "check", OF_TEAM, WITH_DOSSIER)
REOPENING_REFUSED = EventKind(
    "reopening.refused",
    "reopening",
    _("Not opened again"),
    "circle-x",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("The case is not opened again, as was proposed"),
)
