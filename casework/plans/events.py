"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_TEAM = (
    Rule(
        "people of other bodies who work on the case, of its plan",
        '"case" is not null and ntk.works_in_team("case")',
    ),
)

PLAN_BEGUN = EventKind(
    "plan.begun", "plan", _("Draft begun"), "file-pen", OF_TEAM, WITH_DOSSIER, in_case=_("Draft of a plan begun")
)
PLAN_EDITED = EventKind("plan.edited", "plan", _("Draft changed"), "pencil", OF_TEAM, WITH_DOSSIER)
PLAN_DISCARDED = EventKind(
    "plan.discarded", "plan", _("Draft discarded"), "trash-2", OF_TEAM, WITH_DOSSIER, in_case=_("Draft plan discarded")
)
PLAN_PROPOSED = EventKind(
    "plan.proposed", "plan", _("Proposed"), "send", OF_TEAM, WITH_DOSSIER, in_case=_("Plan proposed to the bodies")
)
PLAN_TAKEN_BACK = EventKind(
    "plan.taken_back",
    "plan",
    _("Proposal taken back"),
    "undo-2",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Proposed plan taken back"),
)
PLAN_AGREED_TO = EventKind(
    "plan.agreed_to",
    "plan",
    _("A body agreed"),
    "thumbs-up",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s agreed to the plan"),
)
PLAN_OBJECTED = EventKind(
    "plan.objected",
    "plan",
    _("A body objected"),
    "thumbs-down",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s objected to the plan"),
)
PLAN_IN_FORCE = EventKind(
    "plan.in_force", "plan", _("In force"), "circle-check", OF_TEAM, WITH_DOSSIER, in_case=_("The plan is in force")
)
PLAN_REPLACED = EventKind("plan.replaced", "plan", _("Replaced by a new version"), "history", OF_TEAM, WITH_DOSSIER)
PLAN_UNANSWERED = EventKind(
    "plan.unanswered",
    "plan",
    _("No answer in time"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has not answered the proposed plan in time"),
)
PLAN_OUTCOME = EventKind(
    "plan.outcome",
    "plan",
    _("Outcome of a goal"),
    "target",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Outcome of a goal noted"),
)
PLAN_PRINTED = EventKind(
    "plan.printed",
    "plan",
    _("Printed for the person"),
    "printer",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Plan printed for the person"),
)
