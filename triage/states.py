"""The states of an assessment. The diagram in docs/ is made from here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentState(models.TextChoices):
    DRAFT = "draft", _("being filled in")
    WAITING_CONFIRMATION = "waiting", _("waits for a coordinator")
    COMPLETED = "completed", _("completed")
    SUPERSEDED = "superseded", _("superseded")


S = AssessmentState
#: A rejected override goes back to the handler; a completed assessment is never edited, only superseded.
TRANSITIONS: dict[AssessmentState, frozenset[AssessmentState]] = {
    S.DRAFT: frozenset({S.WAITING_CONFIRMATION, S.COMPLETED}),
    S.WAITING_CONFIRMATION: frozenset({S.DRAFT, S.COMPLETED}),
    S.COMPLETED: frozenset({S.SUPERSEDED}),
    S.SUPERSEDED: frozenset(),
}
