"""The states of a data subject's request; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    OFFICER = "data protection officers"


class RequestState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("request", "received")
    IDENTIFIED = "identified", pgettext_lazy("request", "identity checked")
    GRANTED = "granted", pgettext_lazy("request", "answered")
    REFUSED = "refused", pgettext_lazy("request", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "withdrawn")


R = RequestState
UNCHECKED = (R.RECEIVED,)
#: Only now a dossier may be opened, copied or erased for it.
CHECKED = (R.IDENTIFIED,)
GRANTED = (R.GRANTED,)
#: On a ground of the law.
REFUSED = (R.REFUSED,)
DROPPED = (R.WITHDRAWN,)
OPEN = UNCHECKED + CHECKED
#: May be so without a checked identity.
WITHOUT_IDENTITY = UNCHECKED + REFUSED + DROPPED
REQUEST_TRANSITIONS: dict[RequestState, dict[RequestState, Who]] = {
    R.RECEIVED: {R.IDENTIFIED: Who.OFFICER, R.REFUSED: Who.OFFICER, R.WITHDRAWN: Who.OFFICER},
    R.IDENTIFIED: {R.GRANTED: Who.OFFICER, R.REFUSED: Who.OFFICER, R.WITHDRAWN: Who.OFFICER},
    R.GRANTED: {},
    R.REFUSED: {},
    R.WITHDRAWN: {},
}

MACHINES = (
    StateMachine(
        "Data subject's request",
        RequestState,
        starts=UNCHECKED,
        sets=(UNCHECKED, CHECKED, GRANTED, REFUSED, DROPPED),
        transitions=REQUEST_TRANSITIONS,
        remark="It is answered within a month, which can be extended once by two more. Nothing is copied or erased for"
        " somebody whose identity is not checked; whoever is not known to be the person can only be refused (ADR 39).",
    ),
)
[REQUEST] = MACHINES
