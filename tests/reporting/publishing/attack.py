"""An attack on disclosure control by somebody who has all releases and a solver.

It shares no code with the check in ``publishing.control``: the equations are written here anew, from what the measures
mean, over whole numbers (atoms: how many of a measure had a key between two days that no release divides further).

Why its finding is exact. A cell counts as safe once ``ENOUGH`` worlds are known in which it has different values, and a
world counts only after it was checked here in whole numbers against every figure and every equation: the solver
proposes, it is not believed. A cell counts as narrowed only after every value inside the bounds of the linear
relaxation, which hold for whole numbers too, was seen in such a world or refused by the integer solver. So neither
rounding inside the solver nor a bound that is too wide can make an unsafe cell look safe.

An attacker who knows more than the figures, such as one of the contacts, or why a figure was withheld, is not in here.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, inf
from typing import Any

import highspy

from reporting.figures.measures import BY_CODE, MEASURES
from reporting.publishing.compiling import Numbers
from reporting.publishing.control import PeriodCell
from reporting.publishing.published_equations import figures

#: A cell is safe when it is possible in so many values.
ENOUGH = 4
#: Nobody counts more in a year.
CAP = 10**6
#: So often possible worlds are asked for at once before each cell that is left is looked at alone.
ROUNDS = 25
NEAR = 1e-5

Interval = tuple[int, int]
Known = Mapping[PeriodCell, Interval]
#: From the first day to the day after the last.
Days = tuple[date, date]
World = tuple[int, ...]
DROPS = ("not_needed", "elsewhere", "refused", "not_possible", "mistaken", "other", "triage", "case_closed")
#: So many of the one are exactly so many of the other.
SAME = (
    ("minor", ("yes",), "age_band", ("under_14", "14_17")),
    ("minor", ("no",), "age_band", ("18_20", "21_26", "27_39", "40_plus")),
    ("minor", ("unknown",), "age_band", ("unknown",)),
    ("referral_feedback", ("yes", "no"), "referral_answer", ("accepted",)),
    ("referral_time", ("none",), "referral_answer", ("expired", "withdrawn", "waiting")),
    ("duty_drop", ("none",), "duty_end", ("in_time", "late", "open")),
    ("duty_drop", DROPS, "duty_end", ("dropped",)),
)
#: Of the total of something else, which is counted in the same months.
TOGETHER = ("case_closed", "monitoring")
#: Each of the one is also one of the other.
AMONG = (
    ("disposition", ("security",), "security", ("yes",)),
    ("disposition", ("none",), "security", ("no",)),
    ("referral_first", ("accepted",), "referral_answer", ("accepted",)),
    ("referral_first", ("waiting",), "referral_answer", ("waiting",)),
    ("referral_first", ("not_accepted",), "referral_answer", ("declined", "expired", "withdrawn")),
    ("first_meeting", ("7d",), "first_action", ("4h", "1d", "2d", "7d")),
    ("first_action", ("none",), "first_meeting", ("none",)),
    ("monitoring_end", ("over", "running"), "case_closed", ("total",)),
)


@dataclass(frozen=True)
class Finding:
    """``possible``: for each cell at least ``ENOUGH`` of its possible values, or all of them when they are fewer.

    ``contradictory``: what is counted there contradicts itself, because of a correction between two releases.
    """

    possible: dict[PeriodCell, set[int]] = field(default_factory=dict)
    contradictory: set[str] = field(default_factory=set)

    @property
    def recovered(self) -> list[PeriodCell]:
        return sorted(cell for cell, values in self.possible.items() if len(values) == 1)

    @property
    def narrowed(self) -> list[PeriodCell]:
        return sorted(cell for cell, values in self.possible.items() if len(values) < ENOUGH)

    def told(self) -> str:
        lines = [f"{cell.what} {cell.key} {cell.first}..{cell.last}: {self.possible[cell]}" for cell in self.narrowed]
        return "\n".join([f"{len(lines)} of {len(self.possible)} cells narrowed", *lines])


def attack(known: Known, groups: Mapping[str, str], numbers: Numbers | None = None, seed: int = 0) -> Finding:
    """``groups``: the group of each caller type. ``numbers``: the true ones, which are a world to begin with."""
    finding = Finding()
    for of, model in models(known, groups):
        if numbers is not None:
            model.take(model.world_of(numbers))
        if model.examine(random.Random(seed)):
            finding.possible.update(model.seen)
        else:
            finding.contradictory.add(of)
    return finding


def exact(known: Known, groups: Mapping[str, str]) -> dict[PeriodCell, Interval]:
    """The lowest and the highest possible number of every cell."""
    return {cell: model.extremes(cell) for _of, model in models(known, groups) for cell in model.cells}


def known_from(releases: Iterable[Mapping[str, Any]]) -> dict[PeriodCell, Interval]:
    """What the releases say of each cell. An impossible interval stays one: a correction."""
    known: dict[PeriodCell, Interval] = {}
    for stored in releases:
        small, base = stored["control"]["small"], stored["control"]["base"]
        for cell, figure in figures(stored).items():
            low, high = known.get(cell, (0, CAP))
            if isinstance(figure, int):
                known[cell] = (max(low, small, figure - base // 2), min(high, figure + (base - 1) // 2))
            else:
                known[cell] = (low, min(high, CAP if figure == "withheld" else small - 1))
    return known


def models(known: Known, groups: Mapping[str, str]) -> Iterator[tuple[str, Model]]:
    """One for all that divides the same contacts, referrals, cases and so on: they share no equation with others."""
    apart = [(measure.of,) for measure in MEASURES if measure.of not in TOGETHER]
    for counted in sorted({*apart, TOGETHER}):
        cells = {cell: known[cell] for cell in sorted(known) if _of(cell.what) in counted}
        if cells:
            yield " and ".join(counted), Model(cells, groups)


def _of(what: str) -> str:
    return BY_CODE[what].of if what in BY_CODE else what


class Model:
    """Everything that is known of the contacts, or of the referrals and so on, as equations in atoms.

    All that are counted, whatever a measure says of them, have the name of what is counted.

    Columns: the atoms first, then the cells. Each row: the columns with their signs, and between what their sum lies.
    """

    def __init__(self, cells: Known, groups: Mapping[str, str]) -> None:
        self.cells = dict(cells)
        self.times = _times(cells)
        self.keys: dict[str, list[str]] = {what: [] for what in self.times}
        for cell in cells:
            if cell.key not in self.keys[cell.what]:
                self.keys[cell.what].append(cell.key)
        self.atoms = {
            (what, key, days): number
            for number, (what, key, days) in enumerate(
                (what, key, days) for what, keys in self.keys.items() for key in keys for days in self.times[what]
            )
        }
        self.rows: list[tuple[dict[int, int], float, float]] = list(self._equations(groups))
        self.parts = [self.within(cell.what, [cell.key], (cell.first, cell.last + timedelta(1))) for cell in self.cells]
        self.column = {cell: len(self.atoms) + number for number, cell in enumerate(self.cells)}
        self.seen: dict[PeriodCell, set[int]] = {cell: set() for cell in self.cells}
        self.solver = self._solver()

    def within(self, what: str, keys: Iterable[str], days: Days) -> list[int]:
        """The atoms of these keys between the days, which they fill."""
        inside = [one for one in self.times[what] if days[0] <= one[0] and one[1] <= days[1]]
        assert (inside[0][0], inside[-1][1]) == days, "the atoms of one measure do not fill the days of another"
        return [self.atoms[what, key, one] for key in keys if key in self.keys[what] for one in inside]

    def _equations(self, groups: Mapping[str, str]) -> Iterator[tuple[dict[int, int], float, float]]:
        for what in self.times:
            for days in self.times[what] if what != _of(what) else ():
                yield self._row(what, self.keys[what], _of(what), ["total"], days, same=True)
        types: dict[str, list[str]] = {}
        for key in self.keys.get("caller_type", ()):
            types.setdefault(groups[key], []).append(key)
        grouped = [("caller_type", tuple(keys), "caller_group", (group,)) for group, keys in types.items()]
        for is_same, relations in ((True, [*SAME, *grouped]), (False, [*AMONG])):
            for what, keys, other, others in relations:
                if what in self.times and other in self.times:
                    for days in max(self.times[what], self.times[other], key=lambda times: times[0][1] - times[0][0]):
                        yield self._row(what, keys, other, others, days, same=is_same)

    def _row(
        self, what: str, keys: Iterable[str], other: str, others: Iterable[str], days: Days, *, same: bool
    ) -> tuple[dict[int, int], float, float]:
        """``others`` less ``keys`` is nothing, or at least nothing."""
        signs = dict.fromkeys(self.within(other, others, days), 1) | dict.fromkeys(self.within(what, keys, days), -1)
        return signs, 0, 0 if same else inf

    def _solver(self, *, is_whole: bool = False) -> highspy.Highs:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        solver.setOptionValue("threads", 1)
        limits = [(0, CAP)] * len(self.atoms) + list(self.cells.values())
        solver.addVars(len(limits), [float(low) for low, _high in limits], [float(high) for _low, high in limits])
        sums = [
            ({**dict.fromkeys(parts, 1), len(self.atoms) + number: -1}, 0, 0) for number, parts in enumerate(self.parts)
        ]
        for signs, low, high in [*self.rows, *sums]:
            solver.addRow(low, high, len(signs), list(signs), [float(sign) for sign in signs.values()])
        if is_whole:
            for number in range(len(limits)):
                solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        return solver

    def world_of(self, numbers: Numbers) -> World:
        """The atoms in the real world."""
        by_key: dict[tuple[str, str], dict[date, int]] = {}
        first = {measure.of: measure.code for measure in reversed(MEASURES)}
        for (measure, month, key), number in numbers.items():
            by_key.setdefault((measure, key), {})[month] = number
            if measure == first[of := _of(measure)]:
                months = by_key.setdefault((of, "total"), {})
                months[month] = months.get(month, 0) + number
        return tuple(
            sum(number for month, number in by_key.get((what, key), {}).items() if days[0] <= month < days[1])
            for what, key, days in self.atoms
        )

    def take(self, world: World) -> bool:
        """Whether the world is possible, checked in whole numbers; what it says of each cell is kept."""
        if any(number < 0 for number in world):
            return False
        for signs, low, high in self.rows:
            if not low <= sum(sign * world[atom] for atom, sign in signs.items()) <= high:
                return False
        values = [sum(world[atom] for atom in parts) for parts in self.parts]
        if not all(low <= value <= high for value, (low, high) in zip(values, self.cells.values(), strict=True)):
            return False
        for cell, value in zip(self.cells, values, strict=True):
            self.seen[cell].add(value)
        return True

    def doubtful(self) -> list[PeriodCell]:
        return [cell for cell, values in self.seen.items() if len(values) < ENOUGH]

    def examine(self, chance: random.Random) -> bool:
        """Until every cell is safe or all its values are known; False when no world is possible."""
        if any(low > high for low, high in self.cells.values()) or self._solve(self.solver) is None:
            return False
        self._wander(chance)
        for cell in self.doubtful():
            self._exhaust(cell)
        return all(self.seen.values())

    def _wander(self, chance: random.Random) -> None:
        """Worlds near random values of the doubtful cells: each gives most of them another value."""
        solver, first, rows = self._solver(), len(self.atoms) + len(self.cells), self.solver.getNumRow()
        number = len(self.cells)
        solver.addVars(2 * number, [0.0] * 2 * number, [inf] * 2 * number)
        for place in range(number):
            columns = [len(self.atoms) + place, first + place, first + number + place]
            solver.addRow(0, 0, 3, columns, [1.0, 1.0, -1.0])
        for _round in range(ROUNDS):
            if not (doubtful := set(self.doubtful())):
                return
            for place, (cell, (low, high)) in enumerate(self.cells.items()):
                is_asked = cell in doubtful
                near = max(self.seen[cell], default=low) + 9
                target = float(chance.randint(low, min(high, max(near, low)))) if is_asked else 0.0
                solver.changeRowBounds(rows + place, target, target)
                for column in (first + place, first + number + place):
                    solver.changeColCost(column, float(is_asked))
            self._solve(solver)

    def _solve(self, solver: highspy.Highs) -> tuple[float, bool] | None:
        """The best value, and whether a possible world has it; None when there is nothing."""
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        atoms = solver.getSolution().col_value[: len(self.atoms)]
        world = tuple(round(atom) for atom in atoms)
        is_near = all(abs(atom - one) < NEAR for atom, one in zip(atoms, world, strict=True))
        return solver.getObjectiveValue(), self.take(world) and is_near

    def _best(self, solver: highspy.Highs, cell: PeriodCell, sign: int) -> tuple[float, bool]:
        """The lowest number of the cell, or with -1 as sign the highest with that sign."""
        solver.changeColCost(self.column[cell], float(sign))
        found = self._solve(solver)
        solver.changeColCost(self.column[cell], 0.0)
        assert found is not None, "no world is possible"
        return found

    def extremes(self, cell: PeriodCell) -> Interval:
        """The bounds of the relaxation where a possible world has them; the integer solver's elsewhere."""
        result = []
        for sign in (1, -1):
            value, is_whole = self._best(self.solver, cell, sign)
            if not is_whole:
                value, _is_whole = self._best(self._solver(is_whole=True), cell, sign)
            result.append(sign * ceil(value - NEAR))
        return result[0], result[1]

    def _exhaust(self, cell: PeriodCell) -> None:
        """One value after the other, until enough are possible or none is left."""
        low, high = (sign * ceil(self._best(self.solver, cell, sign)[0] - NEAR) for sign in (1, -1))
        for value in range(low, high + 1):
            if len(self.seen[cell]) >= ENOUGH:
                return
            if value in self.seen[cell]:
                continue
            self.solver.changeColBounds(self.column[cell], value, value)
            found = self._solve(self.solver)
            self.solver.changeColBounds(self.column[cell], *self.cells[cell])
            if found is not None and value not in self.seen[cell]:
                whole = self._solver(is_whole=True)
                whole.changeColBounds(self.column[cell], value, value)
                self._solve(whole)


def _times(cells: Iterable[PeriodCell]) -> dict[str, list[Days]]:
    """For each measure the longest stretches of days that no release divides; those of the whole are divided by all."""
    edges: dict[str, set[date]] = {}
    for cell in cells:
        for what in (cell.what, _of(cell.what)):
            edges.setdefault(what, set()).update((cell.first, cell.last + timedelta(1)))
    return {what: list(pairwise(sorted(days))) for what, days in edges.items()}
