"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens when an invitation has not been answered in time."""

    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "invitation",
        _("Invitation to a case team"),
        "user-plus",
        "teams:member",
        tuple(Step),
        "casework.teams.locking.lock_member",
        "casework.teams.actions.run_step",
    )
]
