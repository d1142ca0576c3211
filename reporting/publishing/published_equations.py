"""What readers of releases know: the figure of each cell, and the sums of cells. Pure functions.

Disclosure control uses these equations; the attack that tests it has its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from reporting.figures.measures import BY_CODE, EQUATIONS

from .content import TOTAL, Figure, span_of
from .control import UNBOUNDED, Bounds, PeriodCell, Sum, bounds


def figures(stored: Mapping[str, Any]) -> dict[PeriodCell, Figure]:
    """Every controlled figure of a release. The totals of measures that count the same are one cell."""
    span = span_of(stored)
    found: dict[PeriodCell, Figure] = {}
    for table in stored["tables"]:
        if table["is_exact"]:
            continue
        for row in table["rows"]:
            for column, figure in zip(table["columns"], row["figures"], strict=True):
                days = (span.first, span.last) if column["code"] == TOTAL else month_of(column["code"])
                found[place(table["code"], row["code"], *days)] = figure
    return found


def place(measure: str, key: str, first: date, last: date) -> PeriodCell:
    return (
        PeriodCell(BY_CODE[measure].of, TOTAL, first, last) if key == TOTAL else PeriodCell(measure, key, first, last)
    )


def limits(releases: Iterable[Mapping[str, Any]]) -> dict[PeriodCell, Bounds]:
    """The bounds of each cell from all releases together, before any sum is used."""
    known: dict[PeriodCell, Bounds] = {}
    for stored in releases:
        control = stored["control"]
        for where, figure in figures(stored).items():
            low, high = bounds(figure, control["small"], control["base"])
            earlier = known.get(where, (0, UNBOUNDED))
            both = (max(low, earlier[0]), min(high, earlier[1]))
            known[where] = both if both[0] <= both[1] else (low, high)  # a correction: use the newer one
    return known


def sums(places: Iterable[PeriodCell], parents: Mapping[str, str]) -> tuple[list[Sum], set[PeriodCell]]:
    """Every sum between the cells, and the unpublished cells that had to be added.

    ``parents``: the group of each caller type.
    """
    known = set(places)
    within = list(_within(known, parents))
    found = [*within, *_over_time(known | _places(within))]
    return found, _places(found) - known


def _places(found: Iterable[Sum]) -> set[PeriodCell]:
    return {cell for one in found for cell in (one.whole, *one.parts)}


def _within(known: set[PeriodCell], parents: Mapping[str, str]) -> Iterator[Sum]:
    """The sums in one period."""
    parts: dict[tuple[str, date, date], list[PeriodCell]] = defaultdict(list)
    for where in sorted(known):
        if where.key != TOTAL:
            parts[where.what, where.first, where.last].append(where)
    for (what, first, last), cells in parts.items():
        yield Sum(PeriodCell(BY_CODE[what].of, TOTAL, first, last), tuple(cells))
        if what == "caller_type":
            yield from _grouped(cells, parents)
    for equation in EQUATIONS:
        terms = [equation.total, *equation.parts]
        for first, last in {(where.first, where.last) for where in known}:
            if all((term.measure, first, last) in parts for term in terms):
                whole, *rest = (place(term.measure, term.key, first, last) for term in terms)
                yield Sum(whole, tuple(rest))


def _grouped(cells: Iterable[PeriodCell], parents: Mapping[str, str]) -> Iterator[Sum]:
    """Sums of caller types in their groups."""
    members: dict[PeriodCell, list[PeriodCell]] = defaultdict(list)
    for cell in cells:
        members[cell._replace(what="caller_group", key=parents[cell.key])].append(cell)
    for group, types in members.items():
        yield Sum(group, tuple(types))


def _over_time(known: set[PeriodCell]) -> Iterator[Sum]:
    """Sums of a period and the longest shorter ones inside it; gaps between them are unpublished cells."""
    spans: dict[tuple[str, str], set[tuple[date, date]]] = defaultdict(set)
    for where in known:
        spans[where.what, where.key].add((where.first, where.last))
    for (what, key), days in spans.items():
        for whole in days:
            inside = [one for one in days if one != whole and whole[0] <= one[0] and one[1] <= whole[1]]
            for level in {_length(one) for one in inside}:
                parts = sorted(one for one in inside if _length(one) == level)
                yield Sum(PeriodCell(what, key, *whole), _filled(what, key, whole, parts, level))


def _filled(
    what: str, key: str, whole: tuple[date, date], parts: list[tuple[date, date]], level: int
) -> tuple[PeriodCell, ...]:
    places = tuple(PeriodCell(what, key, *part) for part in parts)
    if len(parts) * level == _length(whole):
        return places
    return (*places, PeriodCell(what, f"{key} besides {len(parts)} of {level}", *whole))


def _length(days: tuple[date, date]) -> int:
    """The length in months."""
    return (days[1].year - days[0].year) * 12 + days[1].month - days[0].month + 1


def month_of(code: str) -> tuple[date, date]:
    """The first and the last day of 2026-03."""
    first = date.fromisoformat(f"{code}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)
