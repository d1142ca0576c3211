"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind
from triage.vocabulary import Duty


class Step(StrEnum):
    """What happens at the moments of an action: when it is due, and later while nobody does it."""

    REMIND = "remind"
    TO_SHIFT = "to_shift"
    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "action",
        _("Action"),
        "square-check-big",
        "cases:action",
        tuple(Step),
        "casework.cases.locking.lock_action",
        "casework.cases.work_actions.run_step",
        {**{duty.value: duty.label for duty in Duty}, "added": _("Action of the case")},
        release="casework.cases.work_actions.release_action",
    ),
    WorkKind(
        "drop",
        _("Agree that it is dropped"),
        "user-check",
        "cases:action",
        details={duty.value: format_lazy("{}: {}", _("Agree that it is dropped"), duty.label) for duty in Duty},
    ),
]
