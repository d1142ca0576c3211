"""The states of a case; docs/states.md is generated from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


OPEN = (CaseState.OPEN,)
CLOSED = (CaseState.CLOSED,)
TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN}),
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
