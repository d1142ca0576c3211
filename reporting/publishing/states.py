"""The states of a release. docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    COORDINATOR = "coordinator"
    SECOND_PERSON = "second person"


class ReleaseState(models.TextChoices):
    PREPARED = "prepared", _("prepared")
    RELEASED = "released", _("released")
    DISCARDED = "discarded", _("discarded")


PREPARED = (ReleaseState.PREPARED,)
RELEASED = (ReleaseState.RELEASED,)
DISCARDED = (ReleaseState.DISCARDED,)
#: What a second person decided stays as it is.
DECIDED = (*RELEASED, *DISCARDED)
TRANSITIONS: dict[ReleaseState, dict[ReleaseState, Who]] = {
    ReleaseState.PREPARED: dict.fromkeys(RELEASED, Who.SECOND_PERSON) | dict.fromkeys(DISCARDED, Who.COORDINATOR),
    ReleaseState.RELEASED: {},
    ReleaseState.DISCARDED: {},
}

MACHINES = (
    StateMachine(
        "Release",
        ReleaseState,
        starts=(ReleaseState.PREPARED,),
        sets=(PREPARED, RELEASED, DISCARDED),
        transitions=TRANSITIONS,
        remark="Prepared by one coordinator, released by another. What was released is never changed; whether it is"
        " public can be.",
    ),
)
