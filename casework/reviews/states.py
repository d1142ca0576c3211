"""The states of a review; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    PLANNERS = "who plans reviews"
    HOLDER = "who holds it, or plans reviews"
    DEADLINES = "the sweep of the worklist"


class ReviewState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("review", "proposed")
    PLANNED = "planned", pgettext_lazy("review", "planned")
    MISSED = "missed", pgettext_lazy("review", "missed")
    HELD = "held", pgettext_lazy("review", "held")
    MOVED = "moved", pgettext_lazy("review", "moved")
    DROPPED = "dropped", pgettext_lazy("review", "dropped")


R = ReviewState
#: New information suggests one; who plans decides.
PROPOSED = (R.PROPOSED,)
PLANNED = (R.PLANNED,)
MISSED = (R.MISSED,)
HELD = (R.HELD,)
MOVED = (R.MOVED,)
DROPPED = (R.DROPPED,)
#: To be held, in time or late.
TO_HOLD = (*PLANNED, *MISSED)
OPEN = (*PROPOSED, *TO_HOLD)
#: Ended without being held, with a reason.
ENDED = (*MOVED, *DROPPED)
TRANSITIONS: dict[ReviewState, dict[ReviewState, Who]] = {
    R.PROPOSED: {R.PLANNED: Who.PLANNERS, R.DROPPED: Who.PLANNERS},
    R.PLANNED: {R.HELD: Who.HOLDER, R.MOVED: Who.HOLDER, R.DROPPED: Who.PLANNERS, R.MISSED: Who.DEADLINES},
    R.MISSED: {R.HELD: Who.HOLDER, R.MOVED: Who.HOLDER, R.DROPPED: Who.PLANNERS},
    R.HELD: {},
    R.MOVED: {},
    R.DROPPED: {},
}

MACHINES = (
    StateMachine(
        "Review",
        ReviewState,
        starts=(*PROPOSED, *PLANNED),
        sets=(PROPOSED, PLANNED, MISSED, HELD, MOVED, DROPPED),
        transitions=TRANSITIONS,
        remark="The database proposes one when there is new information. A moved one is over: another one, which it"
        " names, has the new time. A missed one can still be held.",
    ),
)
