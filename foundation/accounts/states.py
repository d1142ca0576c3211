"""The states of a proposed role and of a one-time link; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    SECOND_PERSON = "the second person"
    ONLY_ONE = "the only one who could confirm"
    ADMINISTRATOR = "administrators"
    THE_PERSON = "the person"
    ADMINISTRATOR_OR_PERSON = "administrators or the person"
    CLOCK = "the clock"


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("role", "proposed")
    CONFIRMED = "confirmed", pgettext_lazy("role", "confirmed")
    ALONE = "alone", pgettext_lazy("role", "given without a second person")
    DECLINED = "declined", pgettext_lazy("role", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("role", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("role", "expired")


P = ProposalState
TO_CONFIRM = (P.PROPOSED,)
#: The role took effect.
IN_FORCE = (P.CONFIRMED, P.ALONE)
#: With a reason.
REFUSED = (P.DECLINED,)
ENDED_UNDECIDED = (P.WITHDRAWN, P.EXPIRED)
NOT_GIVEN = REFUSED + ENDED_UNDECIDED
PROPOSAL_TRANSITIONS: dict[ProposalState, dict[ProposalState, Who]] = {
    P.PROPOSED: {
        P.CONFIRMED: Who.SECOND_PERSON,
        P.ALONE: Who.ONLY_ONE,
        P.DECLINED: Who.SECOND_PERSON,
        P.WITHDRAWN: Who.ADMINISTRATOR,
        P.EXPIRED: Who.CLOCK,
    },
    P.CONFIRMED: {},
    P.ALONE: {},
    P.DECLINED: {},
    P.WITHDRAWN: {},
    P.EXPIRED: {},
}


class LinkState(models.TextChoices):
    OPEN = "open", pgettext_lazy("one-time link", "open")
    USED = "used", pgettext_lazy("one-time link", "used")
    REPLACED = "replaced", pgettext_lazy("one-time link", "replaced by a newer one")
    WITHDRAWN = "withdrawn", pgettext_lazy("one-time link", "withdrawn")
    EXPIRED = "expired", pgettext_lazy("one-time link", "expired")


L = LinkState
USABLE = (L.OPEN,)
DEAD = (L.USED, L.REPLACED, L.WITHDRAWN, L.EXPIRED)
LINK_TRANSITIONS: dict[LinkState, dict[LinkState, Who]] = {
    L.OPEN: {
        L.USED: Who.THE_PERSON,
        L.REPLACED: Who.ADMINISTRATOR_OR_PERSON,
        L.WITHDRAWN: Who.ADMINISTRATOR_OR_PERSON,
        L.EXPIRED: Who.CLOCK,
    },
    L.USED: {},
    L.REPLACED: {},
    L.WITHDRAWN: {},
    L.EXPIRED: {},
}

MACHINES = (
    StateMachine(
        "Proposed role",
        ProposalState,
        starts=TO_CONFIRM,
        sets=(TO_CONFIRM, IN_FORCE, REFUSED, ENDED_UNDECIDED),
        transitions=PROPOSAL_TRANSITIONS,
        remark="Only a confirmed role, or one that was given while nobody else could confirm, takes effect (ADR 29).",
    ),
    StateMachine(
        "One-time link",
        LinkState,
        starts=USABLE,
        sets=(USABLE, DEAD),
        transitions=LINK_TRANSITIONS,
        remark="A person has at most one that is open for a password, and one for a new address. It is mailed to the "
        "person; nobody else sees it.",
    ),
)
PROPOSAL, LINK = MACHINES
