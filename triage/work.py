"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import ESCALATE, WorkKind


class Step(StrEnum):
    """What happens while nobody completes the triage of a contact."""

    TO_SHIFT = "to_shift"
    ESCALATE = ESCALATE


WORK = [
    WorkKind("confirmation", _("Confirm a triage as the second person"), "user-check", "triage:confirmation"),
    WorkKind(
        "triage",
        _("Triage"),
        "list-checks",
        "triage:panel",
        tuple(Step),
        "triage.locking.lock_contact_of_step",
        "triage.work_actions.run_step",
        {"none": _("Triage a contact, or say that it needs none"), "draft": _("Complete a triage that was begun")},
        release="triage.work_actions.release_triage",
    ),
]
