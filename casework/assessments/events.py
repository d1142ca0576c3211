"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_TEAM = (Rule("the team, and authors of assessments of the case", "ntk.sees_case_assessment(subject)"),)

CASE_ASSESSMENT_REQUESTED = EventKind(
    "case_assessment.requested",
    "case_assessment",
    _("Assessment requested"),
    "file-question-mark",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(to)s (%(organisation)s) was asked for an assessment"),
)
CASE_ASSESSMENT_BEGUN = EventKind(
    "case_assessment.begun",
    "case_assessment",
    _("Assessment begun"),
    "clipboard-pen",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has begun an assessment"),
)
CASE_ASSESSMENT_EDITED = EventKind(
    "case_assessment.edited",
    "case_assessment",
    _("Assessment filled in"),
    "pencil",
    OF_TEAM,
    WITH_DOSSIER,
)
CASE_ASSESSMENT_DELIVERED = EventKind(
    "case_assessment.delivered",
    "case_assessment",
    _("Assessment delivered"),
    "clipboard-check",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has delivered an assessment"),
)
CASE_ASSESSMENT_SUPERSEDED = EventKind(
    "case_assessment.superseded",
    "case_assessment",
    _("Assessment superseded by a later one"),
    "layers",
    OF_TEAM,
    WITH_DOSSIER,
)
CASE_ASSESSMENT_DECLINED = EventKind(
    "case_assessment.declined",
    "case_assessment",
    _("Assessment declined"),
    "user-x",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("%(organisation)s declined an assessment"),
)
CASE_ASSESSMENT_WITHDRAWN = EventKind(
    "case_assessment.withdrawn",
    "case_assessment",
    _("Assessment withdrawn"),
    "undo-2",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("An assessment by %(organisation)s is no longer asked for"),
)
CASE_ASSESSMENT_REMINDED = EventKind(
    "case_assessment.reminded",
    "case_assessment",
    _("Assessment due"),
    "bell",
    OF_TEAM,
    WITH_DOSSIER,
)
CASE_ASSESSMENT_OVERDUE = EventKind(
    "case_assessment.overdue",
    "case_assessment",
    _("Assessment overdue"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("An assessment by %(organisation)s is overdue"),
)
