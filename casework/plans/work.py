"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens when a body has not answered a proposed plan in time."""

    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "plan_agreement",
        _("Answer to a proposed plan"),
        "thumbs-up",
        "plans:agreement",
        tuple(Step),
        "casework.plans.locking.lock_agreement",
        "casework.plans.actions.run_step",
    ),
    WorkKind("plan", _("Draft of a plan came back"), "undo-2", "plans:plan"),
]
