"""The states of a consultation; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    CONSULTANT = "who is asked"
    ASKING_SIDE = "who works on the case for the body that asked"


class ConsultationState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("consultation", "asked")
    ANSWERED = "answered", pgettext_lazy("consultation", "answered")
    DECLINED = "declined", pgettext_lazy("consultation", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("consultation", "withdrawn")


S = ConsultationState
#: Waits for the answer, and stands on the worklist.
OPEN = (S.ASKED,)
ANSWERED = (S.ANSWERED,)
DECLINED = (S.DECLINED,)
WITHDRAWN = (S.WITHDRAWN,)
ENDED = (*ANSWERED, *DECLINED, *WITHDRAWN)
TRANSITIONS: dict[ConsultationState, dict[ConsultationState, Who]] = {
    S.ASKED: {S.ANSWERED: Who.CONSULTANT, S.DECLINED: Who.CONSULTANT, S.WITHDRAWN: Who.ASKING_SIDE},
    S.ANSWERED: {},
    S.DECLINED: {},
    S.WITHDRAWN: {},
}

MACHINES = (
    StateMachine(
        "Consultation",
        ConsultationState,
        starts=OPEN,
        sets=(OPEN, ANSWERED, DECLINED, WITHDRAWN),
        transitions=TRANSITIONS,
        remark="One question to one person. A late answer counts. What has ended never changes.",
    ),
)
