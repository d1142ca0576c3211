"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens half-way to the due time, and when it has come."""

    REMIND = "remind"
    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "consultation",
        _("Answer a consultation"),
        "message-circle-question-mark",
        "consultations:consultation",
        tuple(Step),
        "casework.consultations.locking.lock_consultation",
        "casework.consultations.actions.run_step",
    )
]
