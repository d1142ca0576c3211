"""The states of a release from prison; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    WRITERS = "who writes it"


class PrisonReleaseState(models.TextChoices):
    ANNOUNCED = "announced", pgettext_lazy("release from prison", "announced")
    PREPARED = "prepared", pgettext_lazy("release from prison", "prepared")
    RELEASED = "released", pgettext_lazy("release from prison", "released")
    SETTLED = "settled", pgettext_lazy("release from prison", "settled")
    CANCELLED = "cancelled", pgettext_lazy("release from prison", "cancelled")


R = PrisonReleaseState
#: Is not prepared yet.
ANNOUNCED = (R.ANNOUNCED,)
PREPARED = (R.PREPARED,)
#: The person is still in prison; the date can move.
AHEAD = (*ANNOUNCED, *PREPARED)
#: The person is out, and is met.
RELEASED = (R.RELEASED,)
#: Has a due time, and stands on the worklist; at most one of a case.
CURRENT = (*AHEAD, *RELEASED)
SETTLED = (R.SETTLED,)
CANCELLED = (R.CANCELLED,)
ENDED = (*SETTLED, *CANCELLED)
TRANSITIONS: dict[PrisonReleaseState, dict[PrisonReleaseState, Who]] = {
    R.ANNOUNCED: dict.fromkeys((R.PREPARED, R.RELEASED, R.CANCELLED), Who.WRITERS),
    R.PREPARED: dict.fromkeys((R.RELEASED, R.CANCELLED), Who.WRITERS),
    R.RELEASED: {R.SETTLED: Who.WRITERS},
    R.SETTLED: {},
    R.CANCELLED: {},
}

MACHINES = (
    StateMachine(
        "Release from prison",
        PrisonReleaseState,
        starts=ANNOUNCED,
        sets=(ANNOUNCED, PREPARED, RELEASED, SETTLED, CANCELLED),
        transitions=TRANSITIONS,
        remark="One is current per case. A date that moves is no state: the steps move with it. Who is released earlier"
        " than all is prepared is released from *announced*.",
    ),
)
