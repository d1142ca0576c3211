"""What a caller hears and does, in words of our own; ``telephony`` writes them in the provider's."""

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
    """Ask for one key; the answer goes to ``action``, also when no key was pressed for ``timeout`` seconds."""

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
    """Enter the room ``name``. ``action``: where to ask when the stay is over."""

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
