"""The states of an assessment; docs/states.md is generated from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.roles import Permission
from foundation.privacy.state_machines import StateMachine


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("being filled in")
    WAITING_CONFIRMATION = "waiting", _("waits for a coordinator")
    COMPLETED = "completed", _("completed")
    SUPERSEDED = "superseded", _("superseded")
    DISCARDED = "discarded", _("discarded")


S = AssessmentState
BEING_FILLED_IN = (S.DRAFT,)
WAITING = (S.WAITING_CONFIRMATION,)
IN_FORCE = (S.COMPLETED,)
REPLACED = (S.SUPERSEDED,)
DROPPED = (S.DISCARDED,)
#: At most one for each contact.
OPEN = (*BEING_FILLED_IN, *WAITING)
#: The answers never change again.
DECIDED = (*IN_FORCE, *REPLACED)
#: States without a decision.
WITHOUT_END = (*BEING_FILLED_IN, *DROPPED)
OPEN_OR_IN_FORCE = (*OPEN, *IN_FORCE)

#: From a state to the next ones, and the permission that each step needs.
TRANSITIONS: dict[AssessmentState, dict[AssessmentState, Permission]] = {
    AssessmentState.DRAFT: {
        AssessmentState.COMPLETED: Permission.TRIAGE_ASSESS,
        AssessmentState.WAITING_CONFIRMATION: Permission.TRIAGE_ASSESS,
        AssessmentState.DISCARDED: Permission.TRIAGE_ASSESS,
    },
    AssessmentState.WAITING_CONFIRMATION: {
        AssessmentState.COMPLETED: Permission.TRIAGE_CONFIRM,
        AssessmentState.DRAFT: Permission.TRIAGE_CONFIRM,
    },
    AssessmentState.COMPLETED: {AssessmentState.SUPERSEDED: Permission.TRIAGE_ASSESS},
    AssessmentState.SUPERSEDED: {},
    AssessmentState.DISCARDED: {},
}

MACHINES = (
    StateMachine(
        "Assessment",
        AssessmentState,
        starts=(S.DRAFT,),
        sets=(BEING_FILLED_IN, WAITING, IN_FORCE, REPLACED, DROPPED),
        transitions=TRANSITIONS,
        is_stored_late=True,
        remark="Never edited once completed: superseded by a new one. A draft begun by mistake is discarded: it stays,"
        " unchanged, for the audit as long as its contact does, counts nowhere, and what it was to supersede stays in"
        " force. A draft that a coordinator sent back is not discarded; one with a duty of security or child protection"
        " only by a coordinator, with a reason.",
    ),
)
