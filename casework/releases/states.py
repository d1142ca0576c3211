"""The states of a release from prison and of an exit report; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    WRITERS = "who writes it"
    ANOTHER = "somebody else than who wrote it"


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


class ExitReportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("exit report", "draft")
    DISCUSSED = "discussed", pgettext_lazy("exit report", "discussed with the person")
    APPROVED = "approved", pgettext_lazy("exit report", "approved")
    HANDED_OVER = "handed_over", pgettext_lazy("exit report", "handed over")


E = ExitReportState
#: Only here its texts change.
DRAFTS = (E.DRAFT,)
#: Waits for somebody who has not written it.
DISCUSSED = (E.DISCUSSED,)
APPROVED = (E.APPROVED,)
HANDED_OVER = (E.HANDED_OVER,)
#: At most one of a case.
IN_HAND = (*DRAFTS, *DISCUSSED, *APPROVED)
#: Can be printed.
TO_PRINT = (*APPROVED, *HANDED_OVER)
REPORT_TRANSITIONS: dict[ExitReportState, dict[ExitReportState, Who]] = {
    E.DRAFT: {E.DISCUSSED: Who.WRITERS},
    E.DISCUSSED: {E.DRAFT: Who.WRITERS, E.APPROVED: Who.ANOTHER},
    E.APPROVED: {E.DRAFT: Who.WRITERS, E.HANDED_OVER: Who.WRITERS},
    E.HANDED_OVER: {},
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
    StateMachine(
        "Exit report",
        ExitReportState,
        starts=DRAFTS,
        sets=(DRAFTS, DISCUSSED, APPROVED, HANDED_OVER),
        transitions=REPORT_TRANSITIONS,
        remark="Its texts change in the draft alone; until it is handed over it can become a draft again, and is then"
        " discussed and approved anew.",
    ),
)
