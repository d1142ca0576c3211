"""The states of a case; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    WORKERS = "who works on it"
    SECOND_PERSON = "second person"


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    MONITORED = "monitored", _("monitored")
    CLOSED = "closed", _("closed")


#: Somebody works on it.
OPEN = (CaseState.OPEN,)
#: The work is over, reviews watch for a year. Nothing new is planned, invited or offered; who is in the team reads on.
MONITORED = (CaseState.MONITORED,)
#: The time until its deletion runs.
CLOSED = (CaseState.CLOSED,)
NOT_CLOSED = (*OPEN, *MONITORED)
TRANSITIONS: dict[CaseState, dict[CaseState, Who]] = {
    CaseState.OPEN: {CaseState.MONITORED: Who.WORKERS, CaseState.CLOSED: Who.WORKERS},
    CaseState.MONITORED: {CaseState.OPEN: Who.WORKERS, CaseState.CLOSED: Who.WORKERS},
    CaseState.CLOSED: {CaseState.OPEN: Who.WORKERS},
}


class ActionState(models.TextChoices):
    AGREED = "agreed", _("to be done")
    UNDER_WAY = "under_way", _("under way")
    DROP_PROPOSED = "drop_proposed", _("to be dropped, waits for a second person")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


A = ActionState
#: Somebody has to do something.
TO_DO = (A.AGREED, A.UNDER_WAY)
DROP_WAITS = (A.DROP_PROPOSED,)
DONE = (A.DONE,)
DROPPED = (A.DROPPED,)
#: With a time at which it is due; a protected one of these keeps its case open.
OPEN_ACTION = (*TO_DO, *DROP_WAITS)
ENDED_ACTION = (*DONE, *DROPPED)
ACTION_TRANSITIONS: dict[ActionState, dict[ActionState, Who]] = {
    A.AGREED: dict.fromkeys((A.UNDER_WAY, A.DROP_PROPOSED, A.DONE, A.DROPPED), Who.WORKERS),
    A.UNDER_WAY: dict.fromkeys((A.DROP_PROPOSED, A.DONE, A.DROPPED), Who.WORKERS),
    A.DROP_PROPOSED: {A.AGREED: Who.SECOND_PERSON, A.DROPPED: Who.SECOND_PERSON},
    A.DONE: {},
    A.DROPPED: {},
}


class QuestionState(models.TextChoices):
    OPEN = "open", _("not known")
    ANSWERED = "answered", _("answered")
    DROPPED = "dropped", _("no longer asked")


Q = QuestionState
OPEN_QUESTION = (Q.OPEN,)
ANSWERED_QUESTION = (Q.ANSWERED,)
DROPPED_QUESTION = (Q.DROPPED,)
QUESTION_TRANSITIONS: dict[QuestionState, dict[QuestionState, Who]] = {
    Q.OPEN: dict.fromkeys((Q.ANSWERED, Q.DROPPED), Who.WORKERS),
    Q.ANSWERED: {},
    Q.DROPPED: {},
}

MACHINES = (
    StateMachine(
        "Case",
        CaseState,
        starts=(CaseState.OPEN,),
        sets=(OPEN, MONITORED, CLOSED),
        transitions=TRANSITIONS,
        remark="A case can be reopened at any time. It is neither monitored nor closed while a protected duty is open.",
    ),
    StateMachine(
        "Action",
        ActionState,
        starts=(ActionState.AGREED,),
        sets=(TO_DO, DROP_WAITS, DONE, DROPPED),
        transitions=ACTION_TRANSITIONS,
        remark="A duty of a triage, or what somebody added. A protected one is dropped by two: one proposes it with a"
        " reason, a coordinator confirms or refuses. While one is open its case cannot be closed. What was done or"
        " dropped stays; a new decision of a triage adds a new one.",
    ),
    StateMachine(
        "Open question",
        QuestionState,
        starts=(QuestionState.OPEN,),
        sets=(OPEN_QUESTION, ANSWERED_QUESTION, DROPPED_QUESTION),
        transitions=QUESTION_TRANSITIONS,
        remark="What a triage does not know and has to find out, or what somebody asks in a case. An answer has a"
        " source and a grading; asked again, it is a new question. A new decision of the triage that knows it ends it.",
    ),
)
