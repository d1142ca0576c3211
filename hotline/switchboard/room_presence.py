"""Who was in a room at the same time, from its events in any order. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

COMES, GOES = "participant-join", "participant-leave"


@dataclass(frozen=True)
class Passage:
    """An entry or exit. ``sequence``: the room's event number; None counts as the latest."""

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
