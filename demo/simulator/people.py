"""Simulated people at telephones. All times are simulated seconds.

People hold no state of a call: one of them may be in many. To decide otherwise, override ``press`` and its kin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class CallStep(StrEnum):
    """Steps of a call, at which a person may hang up."""

    RINGING = "ringing"  # nobody has answered yet
    MENU = "menu"  # hears a document outside of queue and room
    WAITING = "waiting"  # in a queue
    CONNECTING = "connecting"  # taken out of the queue, on the way into a room
    ALONE = "alone"  # in a room that has not started
    TALKING = "talking"  # in a room that has started
    LEFT = "left"  # in a room that has started, and nobody else is in it any more
    RECORDING = "recording"  # speaks into a mailbox


#: How callers who hide their number appear (TELEPHONY.md, Numbers): words, or letters typed on a keypad.
WITHHELD = ("anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+17378742833")


@dataclass(kw_only=True)
class Person:
    """Presses ``keys`` in turn, one entry at each <Gather> outside of a queue; "" or nothing left presses nothing.

    ``leaves_at`` hangs up at that step, ``leaves_after`` seconds into it. At RINGING and CONNECTING it is when the
    platform's document is there and before it is followed, so that it never depends on how fast the platform answers.
    """

    keys: Sequence[str] = ()
    thinks: float = 1.0  # before pressing a key
    talks: float | None = None  # in rooms that have started, then hangs up; None: stays until the others are gone
    lingers: float = 5.0  # after the others are gone
    speaks: float = 8.0  # into a mailbox; 0 says nothing
    leaves_at: CallStep | None = None
    leaves_after: float = 0.5

    def press(self, turn: int, action: str) -> str:
        """The keys at the <Gather> number ``turn``, from 0, outside of a queue. ``action``: the address they go to."""
        return self.keys[turn] if turn < len(self.keys) else ""

    def press_waiting(self, waited: float, action: str) -> str:
        """The keys at a <Gather> in a queue after ``waited`` seconds."""
        return ""

    def patience_at(self, step: CallStep) -> float | None:
        """After how long at this step the person hangs up; None: never."""
        if step in (CallStep.RINGING, CallStep.CONNECTING):
            return None
        if step == self.leaves_at:
            return self.leaves_after
        if step == CallStep.LEFT:
            return self.lingers
        return self.talks if step == CallStep.TALKING else None


@dataclass(kw_only=True)
class Caller(Person):
    """Rings the centre. ``number`` is the caller id as shown; see WITHHELD."""

    number: str = "+4991155501"
    patience: float = 600.0  # in a queue or alone in a room, then hangs up
    talks: float | None = 120.0
    callback_key: str = ""  # pressed at a <Gather> in the queue ...
    callback_after: float = 0.0  # ... once that many seconds were waited

    def press_waiting(self, waited: float, action: str) -> str:
        return self.callback_key if waited >= self.callback_after else ""

    def patience_at(self, step: CallStep) -> float | None:
        at_step = super().patience_at(step)
        if at_step is None and step in (CallStep.WAITING, CallStep.ALONE):
            return self.patience
        return at_step


@dataclass(kw_only=True)
class Phone(Person):
    """Rung by the platform: a handler's desk phone, a partner. Answers and presses 1, unless told otherwise."""

    keys: Sequence[str] = ("1",)
    answers_after: float | None = 4.0  # None: never
    busy: bool = False


def voicemail(*, answers_after: float = 15.0, listens: float = 30.0) -> Phone:
    """A mailbox: answers, presses nothing, hangs up after a while wherever it is."""
    return Phone(keys=(), answers_after=answers_after, talks=listens)


#: Called each time a number is rung, so that each call has a new person.
PhoneMaker = Callable[[], Phone]
