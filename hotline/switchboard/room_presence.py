"""Who was in a room at the same time, by what the room told in whatever order. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

COMES, GOES = "participant-join", "participant-leave"


@dataclass(frozen=True)
class Passage:
    """Somebody came or went. ``sequence``: the room's own count; None counts as the latest."""

    sequence: int | None
    event: str
    label: str


def have_met(passages: Iterable[Passage], one: str, others: Collection[str]) -> bool:
    """Whether ``one`` was in the room at the same time as any of ``others``."""
    there: set[str] = set()
    for passage in sorted(passages, key=lambda known: (known.sequence is None, known.sequence or 0)):
        if passage.event == COMES:
            there.add(passage.label)
        elif passage.event == GOES:
            there.discard(passage.label)
        if one in there and not there.isdisjoint(others):
            return True
    return False
