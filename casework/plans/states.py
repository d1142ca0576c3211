"""The states of a plan and of a body's agreement to it; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    PLANNERS = "who plans"
    LAST_TO_AGREE = "whoever agrees last"
    BODY = "the body that is asked"
    WITH_PLAN = "with the proposal"


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("plan", "draft")
    PROPOSED = "proposed", pgettext_lazy("plan", "proposed")
    AGREED = "agreed", pgettext_lazy("plan", "in force")
    SUPERSEDED = "superseded", pgettext_lazy("plan", "replaced")
    DISCARDED = "discarded", pgettext_lazy("plan", "discarded")


P = PlanState
#: Is written; who plans sees it.
DRAFTS = (P.DRAFT,)
#: Waits for the bodies that have something to do in it; nobody changes it.
PROPOSED = (P.PROPOSED,)
#: The team works by it.
IN_FORCE = (P.AGREED,)
REPLACED = (P.SUPERSEDED,)
DISCARDED = (P.DISCARDED,)
#: At most one of a case, beside the one in force.
NEXT = (*DRAFTS, *PROPOSED)
#: What is not over.
CURRENT = (*NEXT, *IN_FORCE)
#: What somebody proposed, and nobody has objected to.
SENT = (*PROPOSED, *IN_FORCE)
TRANSITIONS: dict[PlanState, dict[PlanState, Who]] = {
    P.DRAFT: {P.PROPOSED: Who.PLANNERS, P.DISCARDED: Who.PLANNERS},
    P.PROPOSED: {P.DRAFT: Who.PLANNERS, P.AGREED: Who.LAST_TO_AGREE, P.DISCARDED: Who.PLANNERS},
    P.AGREED: {P.SUPERSEDED: Who.LAST_TO_AGREE},
    P.SUPERSEDED: {},
    P.DISCARDED: {},
}


class AgreementState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("agreement", "has not answered")
    AGREED = "agreed", pgettext_lazy("agreement", "agrees")
    OBJECTED = "objected", pgettext_lazy("agreement", "objects")
    WITHDRAWN = "withdrawn", pgettext_lazy("agreement", "no longer asked")


A = AgreementState
ASKED = (A.WAITING,)
AGREES = (A.AGREED,)
OBJECTS = (A.OBJECTED,)
NO_LONGER_ASKED = (A.WITHDRAWN,)
ANSWERED = (*AGREES, *OBJECTS)
AGREEMENT_TRANSITIONS: dict[AgreementState, dict[AgreementState, Who]] = {
    A.WAITING: {A.AGREED: Who.BODY, A.OBJECTED: Who.BODY, A.WITHDRAWN: Who.WITH_PLAN},
    A.AGREED: {},
    A.OBJECTED: {},
    A.WITHDRAWN: {},
}

MACHINES = (
    StateMachine(
        "Plan",
        PlanState,
        starts=DRAFTS,
        sets=(DRAFTS, PROPOSED, IN_FORCE, REPLACED, DISCARDED),
        transitions=TRANSITIONS,
        remark="A row is one version. The last body that agrees puts it in force, and what was in force before is"
        " replaced in the same transaction. An objection makes it a draft again.",
    ),
    StateMachine(
        "Agreement to a plan",
        AgreementState,
        starts=(*ASKED, *AGREES),
        sets=(ASKED, AGREES, OBJECTS, NO_LONGER_ASKED),
        transitions=AGREEMENT_TRANSITIONS,
        remark="Each body agrees to what it has to do itself; who proposes has agreed for the own body. Proposed again,"
        " it is asked again.",
    ),
)
