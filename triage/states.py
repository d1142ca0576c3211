"""The states of an assessment. The diagrams in docs/ are made from here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.roles import Permission


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("being filled in")
    WAITING_CONFIRMATION = "waiting", _("waits for a coordinator")
    COMPLETED = "completed", _("completed")
    SUPERSEDED = "superseded", _("superseded")
    DISCARDED = "discarded", _("discarded")


S = AssessmentState
#: Being filled in or waiting for a coordinator; at most one for each contact.
OPEN = (S.DRAFT, S.WAITING_CONFIRMATION)
#: Decided: the answers never change again.
DECIDED = (S.COMPLETED, S.SUPERSEDED)
#: Nothing was chosen at their end.
WITHOUT_END = (S.DRAFT, S.DISCARDED)
OPEN_OR_IN_FORCE = (*OPEN, S.COMPLETED)

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
