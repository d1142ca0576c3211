"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens while a release is not prepared in time, or nobody says how it went (due_times.py)."""

    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "prison_release",
        _("Release from prison"),
        "door-open",
        "releases:release",
        (Step.ESCALATE, Step.ESCALATE),
        "casework.releases.locking.lock_for_step",
        "casework.releases.actions.run_step",
    ),
    WorkKind("exit_report", _("Exit report to approve"), "user-check", "releases:report"),
]
