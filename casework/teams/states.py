"""The states of a member of a case team; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    BODY = "people of the body"
    CENTRE = "who works on the case"
    EITHER = "the body, or who works on the case"


class MemberState(models.TextChoices):
    INVITED = "invited", pgettext_lazy("case team", "invited")
    ACTIVE = "active", pgettext_lazy("case team", "in the team")
    DECLINED = "declined", pgettext_lazy("case team", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("case team", "invitation withdrawn")
    LEFT = "left", pgettext_lazy("case team", "left")


M = MemberState
#: Waits for the answer of the body, which sees no content yet.
WAITING = (M.INVITED,)
#: Works on the case, reads and writes what the team shares.
IN_TEAM = (M.ACTIVE,)
#: Was in the team.
FORMER = (M.LEFT,)
NEVER_IN_TEAM = (M.DECLINED, M.WITHDRAWN)
#: At most one of these per case and body.
CURRENT = (*WAITING, *IN_TEAM)
ENDED = (*FORMER, *NEVER_IN_TEAM)
TRANSITIONS: dict[MemberState, dict[MemberState, Who]] = {
    M.INVITED: {M.ACTIVE: Who.BODY, M.DECLINED: Who.BODY, M.WITHDRAWN: Who.CENTRE},
    M.ACTIVE: {M.LEFT: Who.EITHER},
    M.DECLINED: {},
    M.WITHDRAWN: {},
    M.LEFT: {},
}

MACHINES = (
    StateMachine(
        "Member of a case team",
        MemberState,
        starts=WAITING,
        sets=(WAITING, IN_TEAM, FORMER, NEVER_IN_TEAM),
        transitions=TRANSITIONS,
        remark="A body that works on a case beside the centre. It sees no content before a person of it has accepted."
        " What has ended stays; a new invitation begins a new row.",
    ),
)
