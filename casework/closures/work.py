"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import ESCALATE, WorkKind


class DecisionStep(StrEnum):
    """What happens when a body does not decide about a closing."""

    ESCALATE = ESCALATE


class Step(StrEnum):
    """What happens when a body has not said in time what it thinks of a closing."""

    SILENT = "silent"


WORK = [
    WorkKind(
        "closing_opinion",
        _("Opinion on closing a case"),
        "thumbs-up",
        "closures:opinion",
        tuple(Step),
        "casework.closures.locking.lock_opinion",
        "casework.closures.actions.run_step",
    ),
    WorkKind(
        "closing_decision",
        _("Decide about closing a case"),
        "gavel",
        "closures:closure",
        tuple(DecisionStep),
        "casework.closures.locking.lock_closure",
        "casework.closures.actions.run_decision_step",
    ),
    WorkKind("closing", _("Close the case, as agreed"), "archive", "closures:closure"),
    WorkKind("monitoring_over", _("The monitoring is over: close the case"), "archive", "closures:closure"),
    WorkKind("reopening", _("Open the case again?"), "archive-restore", "closures:reopening"),
]
