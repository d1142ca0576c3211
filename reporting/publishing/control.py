"""Disclosure control: figures below ``small`` are shown as small, all others are rounded to ``base`` separately.

Source of the rule: docs/adr/0008; tested with a mixed-integer solver over all releases together. Pure functions.

Rounding alone is not always enough: three parts of at most 24, 24 and 9 and a total of at least 55 leave three values
for the total. ``cells_with_too_few_values`` finds such cells by propagating bounds through all sums that readers know,
over all releases together, and ``protect`` withholds the figures that disclose them.
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
#: Every figure must have at least this number of possible values.
MINIMUM_VALUES = 4
#: Number of figures that are tried each time one has to be withheld.
CANDIDATES_PER_STEP = 40
#: Upper bound of a withheld figure: no centre has more in a period.
UNBOUNDED = 10**9

Bounds = tuple[int, int]


class PeriodCell(NamedTuple):
    """One true number: how many of ``what`` had ``key`` between two days, both included."""

    what: str
    key: str
    first: date
    last: date


def shown(number: int, small: int = SMALL, base: int = BASE) -> Figure:
    """The published figure of a number: "<10" for 0 to 9, else the nearest multiple of ``base``, halves up."""
    return f"<{small}" if number < small else (number + base // 2) // base * base


def bounds(figure: Figure, small: int = SMALL, base: int = BASE) -> Bounds:
    """The lowest and highest number that a published figure may stand for."""
    if figure == WITHHELD:
        return (0, UNBOUNDED)
    if isinstance(figure, str):
        return (0, small - 1)
    return (max(small, figure - base // 2), figure + (base - 1) // 2)


@dataclass(frozen=True)
class Sum:
    """``whole`` is the sum of ``parts``, which readers know."""

    whole: PeriodCell
    parts: tuple[PeriodCell, ...]


def narrow(known: Mapping[PeriodCell, Bounds], sums: Sequence[Sum]) -> dict[PeriodCell, Bounds]:
    """Propagate bounds through all sums until nothing changes. A contradiction leaves the bounds unchanged.

    A contradiction means that data were corrected between two releases; it discloses nothing else.
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


def cells_with_too_few_values(known: Mapping[PeriodCell, Bounds], sums: Sequence[Sum]) -> set[PeriodCell]:
    """The cells with fewer than ``MINIMUM_VALUES`` possible values. None of them may be published like this."""
    return {cell for cell, (low, high) in narrow(known, sums).items() if high - low + 1 < MINIMUM_VALUES}


def protect(
    figures: Mapping[PeriodCell, Figure],
    earlier_bounds: Mapping[PeriodCell, Bounds],
    sums: Sequence[Sum],
    small: int,
    base: int,
) -> dict[PeriodCell, Figure]:
    """``figures`` with as few withheld as could be found. ``earlier_bounds``: bounds from earlier releases.

    In each step the figure is withheld that leaves the fewest disclosed cells; at the end those that are not needed are
    shown again. Figures and cells that earlier releases disclosed already are not withheld, because that would hide
    nothing.
    """
    before = {**dict.fromkeys(figures, (0, UNBOUNDED)), **earlier_bounds}
    lost = cells_with_too_few_values(before, sums)

    def given_away(shown_now: Mapping[PeriodCell, Figure]) -> set[PeriodCell]:
        now = {place: _both(earlier_bounds.get(place), figure, small, base) for place, figure in shown_now.items()}
        return cells_with_too_few_values({**earlier_bounds, **now}, sums) - lost

    result = _against(figures, before, sums, small, base)
    new = {
        place
        for place, figure in figures.items()
        if _both(earlier_bounds.get(place), figure, small, base) != earlier_bounds.get(place)
    }
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
    """The candidate that leaves the fewest disclosed cells if withheld; the first of equals."""
    best = None
    fewest = UNBOUNDED
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
    """Withhold figures that disclose a cell even alone, together with the earlier releases."""
    known = narrow(before, sums)
    result = dict(figures)
    for place, figure in figures.items():
        low, high = _both(known[place], figure, small, base)
        if high - low + 1 < MINIMUM_VALUES <= known[place][1] - known[place][0] + 1:
            result[place] = WITHHELD
    return result


def _both(earlier_bounds: Bounds | None, figure: Figure, small: int, base: int) -> Bounds:
    """The intersection of earlier and new bounds; only the new ones if they contradict (a correction)."""
    low, high = bounds(figure, small, base)
    if earlier_bounds is None or figure == WITHHELD:
        return earlier_bounds or (low, high)
    both = (max(low, earlier_bounds[0]), min(high, earlier_bounds[1]))
    return both if both[0] <= both[1] else (low, high)


def _near(
    given_away: set[PeriodCell], sums: Sequence[Sum], new: set[PeriodCell], figures: Mapping[PeriodCell, Figure]
) -> list[PeriodCell]:
    """Figures of this release to try: the disclosed ones first, then those in a common sum, then others."""
    touched = {place for one in sums if given_away & {one.whole, *one.parts} for place in (one.whole, *one.parts)}
    order = _order(figures)
    left = {place for place in new if figures[place] != WITHHELD}
    found = left & (touched | given_away) or left
    return sorted(found, key=lambda place: (place not in given_away, *order(place)))[:CANDIDATES_PER_STEP]


def _order(figures: Mapping[PeriodCell, Figure]) -> Callable[[PeriodCell], tuple[int, str]]:
    """Least informative figures first."""

    def order(place: PeriodCell) -> tuple[int, str]:
        figure = figures[place]
        return (figure if isinstance(figure, int) else 0), str(place)

    return order
