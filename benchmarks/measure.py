"""Measures a path and a control alternately, and compares them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import mean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.place import Scale

RESTLESS = 1.3
"""A round in which the two measurements of the control differ by more than this factor says nothing."""
Measure = Callable[[], float]


class Wrong(Exception):
    """The work was not done, or not all of it: there is no figure."""


@dataclass
class Comparison:
    """Rounds of control, subject, control. ``ratios``: subject by the mean control, of the quiet rounds."""

    unit: str
    """Of what both sides return: "s" for seconds, "/s" for how many a second."""
    ratios: list[float] = field(default_factory=list)
    controls: list[float] = field(default_factory=list)
    subjects: list[float] = field(default_factory=list)
    dropped: int = 0

    def add(self, before: float, subject: float, after: float) -> None:
        if max(before, after) > RESTLESS * min(before, after):
            self.dropped += 1
            return
        self.controls.append(mean([before, after]))
        self.subjects.append(subject)
        self.ratios.append(subject / self.controls[-1])

    @property
    def ratio(self) -> float | None:
        """The median; None when no round was quiet."""
        return median(self.ratios) if self.ratios else None


def compare(control: Measure, subject: Measure, *, rounds: int, unit: str = "s") -> Comparison:
    """After one round to warm up, ``rounds`` rounds in which the control stands on both sides of the subject."""
    found = Comparison(unit)
    control(), subject()
    for _round in range(rounds):
        before = control()
        between = subject()
        found.add(before, between, control())
    return found


@dataclass(frozen=True)
class Goal:
    """What a ratio should be, or an amount in ``unit``."""

    limit: float
    at_least: bool = False
    unit: str = ""

    def is_met(self, figure: float) -> bool:
        return figure >= self.limit if self.at_least else figure <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{self.unit}"


@dataclass(frozen=True)
class Line:
    """A row of the table. ``figure``: its words; ``met``: None where there is no goal or no figure."""

    path: str
    beside: str
    figure: str
    seen: str = ""
    goal: str = "–"
    met: bool | None = None


def line(path: str, beside: str, found: Comparison, goal: Goal | None = None) -> Line:
    """Of a comparison: the median ratio, its lowest and highest, how many rounds counted, what was seen."""
    ratio = found.ratio
    if ratio is None:
        figure = f"none of {found.dropped} rounds was quiet"
        seen = ""
    else:
        told = f"{number(min(found.ratios))} to {number(max(found.ratios))}"
        of = f"; {found.dropped} of {found.dropped + len(found.ratios)} rounds dropped" if found.dropped else ""
        figure = f"{number(ratio)} ({told}{of})"
        seen = f"{amount(median(found.subjects), found.unit)} beside {amount(median(found.controls), found.unit)}"
    met = None if goal is None or ratio is None else goal.is_met(ratio)
    return Line(path, beside, figure, seen, str(goal) if goal else "–", met)


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def amount(value: float, unit: str) -> str:
    """``unit`` "s": as milliseconds or microseconds where that reads better."""
    if unit != "s":
        return f"{number(value)}{unit}"
    for factor, name in ((1, "s"), (1e3, "ms")):
        if value * factor >= 1:
            return f"{number(value * factor)} {name}"
    return f"{number(value * 1e6)} µs"


@dataclass(frozen=True)
class Bench:
    """What benchmarks work with. ``scales``: the databases, the smallest first; ``written``: a copy of the smallest."""

    scales: list[Scale]
    written: Scale
    rounds: int
    answer_requests: int = 18
    """In how many requests a full triage is answered; fewer than its answers need a checkout that takes several."""

    @property
    def small(self) -> Scale:
        return self.scales[0]

    @property
    def large(self) -> Scale | None:
        """The one that growth is measured on; None where there is only one."""
        return self.scales[-1] if len(self.scales) > 1 else None

    def compare(self, control: Measure, subject: Measure, unit: str = "s") -> Comparison:
        return compare(control, subject, rounds=self.rounds, unit=unit)

    def growth(self, path: str, measure: Callable[[Scale], Measure], goal: Goal | None = None) -> Iterator[Line]:
        """The same on the large database beside the small one; nothing where there is only one."""
        if self.large is not None:
            found = self.compare(measure(self.small), measure(self.large))
            yield line(path, f"itself, {self.small.words} beside {self.large.words}", found, goal)
