"""The states of a case; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    WORKERS = "who works on it"


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


OPEN = (CaseState.OPEN,)
CLOSED = (CaseState.CLOSED,)
TRANSITIONS: dict[CaseState, dict[CaseState, Who]] = {
    CaseState.OPEN: {CaseState.CLOSED: Who.WORKERS},
    CaseState.CLOSED: {CaseState.OPEN: Who.WORKERS},
}

MACHINES = (
    StateMachine(
        "Case",
        CaseState,
        starts=(CaseState.OPEN,),
        sets=(OPEN, CLOSED),
        transitions=TRANSITIONS,
        remark="A case can be reopened at any time. With open duties of security or child protection only a coordinator"
        " closes it, with a reason.",
    ),
)
