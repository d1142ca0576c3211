"""The states of a contact and of a callback; docs/states.md is generated from them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    SHIFT = "shift"
    HOLDER = "who holds it"


class ContactState(models.TextChoices):
    DRAFT = "draft", _("being written")
    COMPLETED = "completed", pgettext_lazy("contact", "completed")


UNFINISHED = (ContactState.DRAFT,)
FINISHED = (ContactState.COMPLETED,)
CONTACT_TRANSITIONS: dict[ContactState, dict[ContactState, Who]] = {
    ContactState.DRAFT: {ContactState.COMPLETED: Who.SHIFT},
    ContactState.COMPLETED: {},
}


def before(state: ContactState) -> list[ContactState]:
    """The states from which a contact may change to this one."""
    return [one for one, following in CONTACT_TRANSITIONS.items() if state in following]


class CallbackState(models.TextChoices):
    OPEN = "open", _("waiting")
    CLAIMED = "claimed", _("in hand")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


TO_CALL = (CallbackState.OPEN,)
IN_HAND = (CallbackState.CLAIMED,)
CALLBACK_OVER = (CallbackState.DONE, CallbackState.CANCELLED)
CALLBACK_TRANSITIONS: dict[CallbackState, dict[CallbackState, Who]] = {
    CallbackState.OPEN: {CallbackState.CLAIMED: Who.SHIFT, CallbackState.CANCELLED: Who.SHIFT},
    CallbackState.CLAIMED: {
        CallbackState.OPEN: Who.HOLDER,
        CallbackState.DONE: Who.HOLDER,
        CallbackState.CANCELLED: Who.HOLDER,
    },
    CallbackState.DONE: {},
    CallbackState.CANCELLED: {},
}

MACHINES = (
    StateMachine(
        "Contact",
        ContactState,
        starts=(ContactState.DRAFT,),
        sets=(UNFINISHED, FINISHED),
        transitions=CONTACT_TRANSITIONS,
        remark="A completed contact can be corrected; it stays completed.",
    ),
    StateMachine(
        "Callback",
        CallbackState,
        starts=(CallbackState.OPEN,),
        sets=(TO_CALL, IN_HAND, CALLBACK_OVER),
        transitions=CALLBACK_TRANSITIONS,
        remark="A call back that somebody took can be put back; only who holds it and coordinators end it.",
    ),
)
