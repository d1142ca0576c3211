"""The states of a closing, of a body's opinion on it, and of a proposal to open a case again.

docs/states.md is generated from them.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    ACCOUNTABLE = "who is accountable for the risk"
    PROPOSER = "who proposed it, who works on the case at the centre"
    CENTRE = "who works on the case at the centre"
    BODY = "the body that is asked"
    TIME = "when its time is over"
    WITH_CLOSURE = "with the proposal"


class ClosureState(models.TextChoices):
    OPEN = "open", pgettext_lazy("closing", "proposed")
    AGREED = "agreed", pgettext_lazy("closing", "agreed")
    REFUSED = "refused", pgettext_lazy("closing", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("closing", "withdrawn")
    CARRIED_OUT = "carried_out", pgettext_lazy("closing", "carried out")


C = ClosureState
#: The bodies are heard.
OPEN = (C.OPEN,)
#: Waits for the centre to carry it out.
AGREED = (C.AGREED,)
REFUSED = (C.REFUSED,)
WITHDRAWN = (C.WITHDRAWN,)
CARRIED_OUT = (C.CARRIED_OUT,)
#: At most one of a case.
CURRENT = (*OPEN, *AGREED)
DECIDED = (*AGREED, *REFUSED, *CARRIED_OUT)
#: Nobody does anything with it any more, and nobody decided that.
ENDED = (*WITHDRAWN, *CARRIED_OUT)
TRANSITIONS: dict[ClosureState, dict[ClosureState, Who]] = {
    C.OPEN: {C.AGREED: Who.ACCOUNTABLE, C.REFUSED: Who.ACCOUNTABLE, C.WITHDRAWN: Who.PROPOSER},
    C.AGREED: {C.CARRIED_OUT: Who.CENTRE, C.WITHDRAWN: Who.PROPOSER},
    C.REFUSED: {},
    C.WITHDRAWN: {},
    C.CARRIED_OUT: {},
}


class OpinionState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("opinion", "has not answered")
    FOR = "for", pgettext_lazy("opinion", "for it")
    AGAINST = "against", pgettext_lazy("opinion", "against it")
    SILENT = "silent", pgettext_lazy("opinion", "did not answer in time")
    WITHDRAWN = "withdrawn", pgettext_lazy("opinion", "no longer asked")


O = OpinionState  # noqa: E741
WAITING = (O.WAITING,)
FOR = (O.FOR,)
AGAINST = (O.AGAINST,)
SILENT = (O.SILENT,)
NO_LONGER_ASKED = (O.WITHDRAWN,)
ANSWERED = (*FOR, *AGAINST)
#: May still answer, as long as nothing is decided.
TO_ANSWER = (*WAITING, *SILENT)
OPINION_TRANSITIONS: dict[OpinionState, dict[OpinionState, Who]] = {
    O.WAITING: {O.FOR: Who.BODY, O.AGAINST: Who.BODY, O.SILENT: Who.TIME, O.WITHDRAWN: Who.WITH_CLOSURE},
    O.FOR: {},
    O.AGAINST: {},
    O.SILENT: {O.FOR: Who.BODY, O.AGAINST: Who.BODY},
    O.WITHDRAWN: {},
}


class ReopeningState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("opening again", "proposed")
    REOPENED = "reopened", pgettext_lazy("opening again", "opened again")
    REFUSED = "refused", pgettext_lazy("opening again", "not opened again")


R = ReopeningState
PROPOSED = (R.PROPOSED,)
REOPENED = (R.REOPENED,)
NOT_REOPENED = (R.REFUSED,)
REOPENING_TRANSITIONS: dict[ReopeningState, dict[ReopeningState, Who]] = {
    R.PROPOSED: {R.REOPENED: Who.CENTRE, R.REFUSED: Who.CENTRE},
    R.REOPENED: {},
    R.REFUSED: {},
}

MACHINES = (
    StateMachine(
        "Closing of a case",
        ClosureState,
        starts=OPEN,
        sets=(OPEN, AGREED, REFUSED, WITHDRAWN, CARRIED_OUT),
        transitions=TRANSITIONS,
        remark="Of a case on which other bodies work. Who is accountable for the risk decides when everybody has"
        " answered or the time is over, never who proposed it; the centre carries it out.",
    ),
    StateMachine(
        "Opinion on a closing",
        OpinionState,
        starts=(*WAITING, *FOR),
        sets=(WAITING, FOR, AGAINST, SILENT, NO_LONGER_ASKED),
        transitions=OPINION_TRANSITIONS,
        remark="Triggers ask each body of the team, and the centre; who proposes is for it. A body that joins is asked"
        " too, one that leaves no longer. A late answer counts until the decision.",
    ),
    StateMachine(
        "Proposal to open a case again",
        ReopeningState,
        starts=PROPOSED,
        sets=(PROPOSED, REOPENED, NOT_REOPENED),
        transitions=REOPENING_TRANSITIONS,
        remark="Of a monitored case. A case that is opened again otherwise answers it.",
    ),
)
