"""The states of a release. docs/states.md is generated from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


class ReleaseState(models.TextChoices):
    PREPARED = "prepared", _("prepared")
    RELEASED = "released", _("released")
    DISCARDED = "discarded", _("discarded")


PREPARED = (ReleaseState.PREPARED,)
RELEASED = (ReleaseState.RELEASED,)
DISCARDED = (ReleaseState.DISCARDED,)
#: What a second person decided stays as it is.
DECIDED = (*RELEASED, *DISCARDED)
TRANSITIONS: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.PREPARED: frozenset(DECIDED),
    ReleaseState.RELEASED: frozenset(),
    ReleaseState.DISCARDED: frozenset(),
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
