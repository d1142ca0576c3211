"""Disclosure control: figures below ``small`` are shown as small, every other one is rounded to ``base`` on its own.

Source of the rule: docs/adr/0008; it was attacked with a mixed-integer solver over all releases together. Pure.

Rounding alone is not always enough: three parts of at most 24, 24 and 9 and a whole of at least 55 leave three values
for the whole. ``narrowed`` finds such places by carrying bounds through every sum that readers know, over all releases
together, and ``protect`` withholds the figure that gives them away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .content import WITHHELD, Figure

SMALL = 10
BASE = 10
#: A figure must stay possible in at least so many values.
LEAST = 4
#: So many figures are tried each time one has to be withheld.
TRIED = 40
#: No centre has more in a period.
MOST = 10**9

Bounds = tuple[int, int]


class PeriodCell(NamedTuple):
    """One number of the real world: how many of ``what`` had ``key`` between two days, both included."""

    what: str
    key: str
    first: date
    last: date


def shown(number: int, small: int = SMALL, base: int = BASE) -> Figure:
    """What is published for a number: "<10" for 0 to 9, otherwise the nearest multiple of ``base``; halves go up."""
    return f"<{small}" if number < small else (number + base // 2) // base * base


def bounds(figure: Figure, small: int = SMALL, base: int = BASE) -> Bounds:
    """The numbers that a published figure may stand for, both included."""
    if figure == WITHHELD:
        return (0, MOST)
    if isinstance(figure, str):
        return (0, small - 1)
    return (max(small, figure - base // 2), figure + (base - 1) // 2)


@dataclass(frozen=True)
class Sum:
    """``whole`` is the sum of ``parts``, as every reader knows."""

    whole: PeriodCell
    parts: tuple[PeriodCell, ...]


def narrow(known: Mapping[PeriodCell, Bounds], sums: Sequence[Sum]) -> dict[PeriodCell, Bounds]:
    """The bounds after every sum has been used until nothing moves; a contradiction leaves the bounds as they were.

    A contradiction means that a late correction lies between two releases; it tells nothing else.
    """
    found = dict(known)
    by_place: dict[PeriodCell, list[int]] = defaultdict(list)
    for number, one in enumerate(sums):
        for place in (one.whole, *one.parts):
            by_place[place].append(number)
    waiting = dict.fromkeys(range(len(sums)))
    while waiting:
        number, _nothing = waiting.popitem()
        for place, (low, high) in _used(sums[number], found).items():
            if low <= high and (low, high) != found[place]:
                found[place] = (low, high)
                waiting |= dict.fromkeys(other for other in by_place[place] if other != number)
    return found


def _used(one: Sum, known: Mapping[PeriodCell, Bounds]) -> dict[PeriodCell, Bounds]:
    low, high = sum(known[part][0] for part in one.parts), sum(known[part][1] for part in one.parts)
    whole_low, whole_high = known[one.whole]
    result = {one.whole: (max(whole_low, low), min(whole_high, high))}
    for part in one.parts:
        part_low, part_high = known[part]
        result[part] = (
            max(part_low, whole_low - (high - part_high)),
            min(part_high, whole_high - (low - part_low)),
        )
    return result


def narrowed(known: Mapping[PeriodCell, Bounds], sums: Sequence[Sum]) -> set[PeriodCell]:
    """The cells that are possible in fewer than ``LEAST`` values. None of them may be published like this."""
    return {cell for cell, (low, high) in narrow(known, sums).items() if high - low + 1 < LEAST}


def protect(
    figures: Mapping[PeriodCell, Figure], told: Mapping[PeriodCell, Bounds], sums: Sequence[Sum], small: int, base: int
) -> dict[PeriodCell, Figure]:
    """``figures`` with as few withheld as were found; ``told``: what earlier releases said, or what nobody said.

    One after the other is withheld, whichever leaves the fewest narrowed; in the end each that is not needed after all
    is shown again. A figure that an earlier release told already stays, and what earlier releases narrowed remains so:
    to withhold it now would hide nothing.
    """
    before = {**dict.fromkeys(figures, (0, MOST)), **told}
    lost = narrowed(before, sums)

    def given_away(shown_now: Mapping[PeriodCell, Figure]) -> set[PeriodCell]:
        now = {place: _both(told.get(place), figure, small, base) for place, figure in shown_now.items()}
        return narrowed({**told, **now}, sums) - lost

    result = _against(figures, before, sums, small, base)
    new = {place for place, figure in figures.items() if _both(told.get(place), figure, small, base) != told.get(place)}
    while found := given_away(result):
        victim = _victim(result, _near(found, sums, new, result), given_away)
        if victim is None:
            break
        result[victim] = WITHHELD
    withheld = [place for place in result if result[place] != figures[place]]
    for place in sorted(withheld, key=_order(figures), reverse=True):
        if not given_away({**result, place: figures[place]}):
            result[place] = figures[place]
    return result


def _victim(
    figures: Mapping[PeriodCell, Figure],
    candidates: Iterable[PeriodCell],
    given_away: Callable[[Mapping[PeriodCell, Figure]], set[PeriodCell]],
) -> PeriodCell | None:
    """The candidate without which the fewest are given away: of equals the first."""
    best = None
    fewest = MOST
    for place in candidates:
        left = len(given_away({**figures, place: WITHHELD}))
        if left < fewest:
            best = place
            fewest = left
        if not left:
            break
    return best


def _against(
    figures: Mapping[PeriodCell, Figure],
    before: Mapping[PeriodCell, Bounds],
    sums: Sequence[Sum],
    small: int,
    base: int,
) -> dict[PeriodCell, Figure]:
    """Without the figures that give themselves away, each alone beside what was told before."""
    known = narrow(before, sums)
    result = dict(figures)
    for place, figure in figures.items():
        low, high = _both(known[place], figure, small, base)
        if high - low + 1 < LEAST <= known[place][1] - known[place][0] + 1:
            result[place] = WITHHELD
    return result


def _both(told: Bounds | None, figure: Figure, small: int, base: int) -> Bounds:
    """What the earlier figure and this one say together; this one alone when a correction lies between them."""
    low, high = bounds(figure, small, base)
    if told is None or figure == WITHHELD:
        return told or (low, high)
    both = (max(low, told[0]), min(high, told[1]))
    return both if both[0] <= both[1] else (low, high)


def _near(
    given_away: set[PeriodCell], sums: Sequence[Sum], new: set[PeriodCell], figures: Mapping[PeriodCell, Figure]
) -> list[PeriodCell]:
    """Figures of this release to try: the narrowed ones first, then what stands in one sum with them, then any."""
    touched = {place for one in sums if given_away & {one.whole, *one.parts} for place in (one.whole, *one.parts)}
    order = _order(figures)
    left = {place for place in new if figures[place] != WITHHELD}
    found = left & (touched | given_away) or left
    return sorted(found, key=lambda place: (place not in given_away, *order(place)))[:TRIED]


def _order(figures: Mapping[PeriodCell, Figure]) -> Callable[[PeriodCell], tuple[int, str]]:
    """Those with the least to say first."""

    def order(place: PeriodCell) -> tuple[int, str]:
        figure = figures[place]
        return (figure if isinstance(figure, int) else 0), str(place)

    return order
