"""Call instructions, independent of the provider; ``provider`` renders them as TwiML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """``language``: BCP 47 of the voice, such as de-DE."""

    text: str
    language: str


@dataclass(frozen=True)
class Play:
    url: str


@dataclass(frozen=True)
class Pause:
    seconds: int


@dataclass(frozen=True)
class Gather:
    """Ask for one key; ``action`` is requested with it, or without one after ``timeout`` seconds."""

    action: str
    prompts: Sequence[Say | Play | Pause]
    timeout: int = 5


@dataclass(frozen=True)
class Enqueue:
    name: str
    action: str
    wait_url: str


@dataclass(frozen=True)
class Join:
    """Enter the room ``name``. ``action``: the URL requested after leaving it."""

    name: str
    label: str
    action: str
    events: str
    ends_room: bool = False


@dataclass(frozen=True)
class Record:
    """A voicemail of at most ``seconds``; ``action`` is requested at its end, ``ready`` when it can be fetched."""

    action: str
    ready: str
    seconds: int = 180


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Leave:
    pass


@dataclass(frozen=True)
class HangUp:
    pass


@dataclass(frozen=True)
class Reject:
    pass


Verb = Say | Play | Pause | Gather | Enqueue | Join | Record | Redirect | Leave | HangUp | Reject
