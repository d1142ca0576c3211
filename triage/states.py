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
