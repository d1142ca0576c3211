"""The states of a professional assessment; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    AUTHOR = "the author"
    ASKER = "who asked, who works on the case, the author’s body"
    SUCCESSOR = "the author of the one that supersedes it"


class CaseAssessmentState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("assessment", "requested")
    UNDER_WAY = "under_way", pgettext_lazy("assessment", "under way")
    DELIVERED = "delivered", pgettext_lazy("assessment", "delivered")
    SUPERSEDED = "superseded", pgettext_lazy("assessment", "superseded")
    DECLINED = "declined", pgettext_lazy("assessment", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("assessment", "withdrawn")


S = CaseAssessmentState
#: Waits for the answer of its author.
WAITING = (S.REQUESTED,)
#: Only here the author writes.
WRITABLE = (S.UNDER_WAY,)
#: Has a due time, and stands on the worklist.
OPEN = (*WAITING, *WRITABLE)
#: Never changes any more.
COMPLETE = (S.DELIVERED, S.SUPERSEDED)
REFUSED = (S.DECLINED,)
NOT_NEEDED = (S.WITHDRAWN,)
NOT_MADE = (*REFUSED, *NOT_NEEDED)
TRANSITIONS: dict[CaseAssessmentState, dict[CaseAssessmentState, Who]] = {
    S.REQUESTED: {S.UNDER_WAY: Who.AUTHOR, S.DECLINED: Who.AUTHOR, S.WITHDRAWN: Who.ASKER},
    S.UNDER_WAY: {S.DELIVERED: Who.AUTHOR, S.DECLINED: Who.AUTHOR, S.WITHDRAWN: Who.ASKER},
    S.DELIVERED: {S.SUPERSEDED: Who.SUCCESSOR},
    S.SUPERSEDED: {},
    S.DECLINED: {},
    S.WITHDRAWN: {},
}

MACHINES = (
    StateMachine(
        "Professional assessment",
        CaseAssessmentState,
        starts=OPEN,
        sets=(WAITING, WRITABLE, COMPLETE, REFUSED, NOT_NEEDED),
        transitions=TRANSITIONS,
        remark="Who makes one without being asked begins with *under way*. A delivered one never changes; the next one"
        " of the same kind and body supersedes it.",
    ),
)
