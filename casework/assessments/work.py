"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens when an assessment is due, and a working day later."""

    REMIND = "remind"
    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "assessment",
        _("Professional assessment"),
        "clipboard-pen",
        "assessments:assessment",
        tuple(Step),
        "casework.assessments.locking.lock_assessment",
        "casework.assessments.actions.run_step",
    )
]
