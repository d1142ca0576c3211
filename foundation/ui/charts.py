"""Computes the shapes of charts. `{% chart %}` draws them as SVG with CSS variables, each with its table.

Every function raises ValueError for a value below zero or a series of another length than its categories.
A value that is not a number is hidden (a str, shown in its place) or unknown (None): it has no length, no position on a
scale and no shade, and is never treated as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from math import ceil
from typing import Any

from foundation.ui.shapes import (
    Bar,
    ChartLine,
    ChartTableRow,
    Dot,
    GridLine,
    HorizontalBars,
    Label,
    Lines,
    Series,
    Share,
    Sparkline,
    StackedBars,
    Text,
    Tile,
    TileGrid,
    Top,
    Value,
    is_number,
)
from foundation.ui.tile_maps import GRIDS

__all__ = ["Text", "horizontal_bars", "lines", "sparkline", "stacked_bars", "tile_grid"]

LEFT = 46
RIGHT = 8
TOP = 26
BOTTOM = 26
SHADES = 5
ROUND = (4, 8, 12, 16, 20, 24, 32)  # multiples of four, also after multiplication by ten
STEPS = 4
LABELS_AT_MOST = 12
TILE = 46
TILE_GAP = 4


def scale_top(largest: float) -> float:
    """The round number at the end of the scale, at least the largest value; a quarter of it is round as well."""
    candidates = (step * 10.0**power for power in count() for step in ROUND)
    return next(top for top in candidates if top >= largest)


def total(values: Iterable[Value]) -> Value:
    """The sum; None if one of the values is hidden, because the sum would be wrong."""
    summed: float = 0
    for value in values:
        if not is_number(value):
            return None
        summed += value
    return summed


def shade(value: Value, largest: float) -> str:
    """Five equal steps up to the largest value; "none" if there is no number."""
    if not is_number(value):
        return "none"
    return str(min(SHADES - 1, int(value / largest * SHADES))) if largest > 0 else "0"


def _largest(values: Iterable[Value]) -> float:
    return max(_numbers(values), default=0)


def _numbers(values: Iterable[Value]) -> list[float]:
    return [value for value in values if is_number(value)]


def _checked(series: Iterable[tuple[str, Sequence[Value]]], length: int) -> tuple[Series, ...]:
    rows = tuple(Series(str(label), tuple(values), place) for place, (label, values) in enumerate(series))
    for row in rows:
        if len(row.values) != length:
            raise ValueError(f"{row.label!r} has {len(row.values)} values for {length} categories")
        if any(value < 0 for value in _numbers(row.values)):
            raise ValueError(f"{row.label!r} has a value below zero")
    return rows


@dataclass(frozen=True)
class Plot:
    """The area between the axes: positions of categories and heights of values."""

    names: tuple[str, ...]
    top: float
    width: float
    height: float

    @property
    def floor(self) -> float:
        return self.height - BOTTOM

    @property
    def unit(self) -> float:
        """Height of the value 1."""
        return (self.height - TOP - BOTTOM) / self.top

    @property
    def slot(self) -> float:
        return (self.width - LEFT - RIGHT) / max(1, len(self.names))

    @cached_property
    def middles(self) -> list[float]:
        return [round(LEFT + self.slot * (place + 0.5), 2) for place in range(len(self.names))]

    def y(self, value: float) -> float:
        return round(self.floor - value * self.unit, 2)

    def box(self, place: int, width: float, low: float, high: float, css: str, **said: Any) -> Bar:
        """A rectangle centred on a category, from one value to another."""
        x = round(self.middles[place] - width / 2, 2)
        height = round((high - low) * self.unit, 2)
        return Bar(x, self.y(high), round(width, 2), height, css, self.names[place], **said)

    def grid(self, text: Text) -> tuple[GridLine, ...]:
        values = [self.top * step / STEPS for step in range(STEPS + 1)]
        return tuple(GridLine(self.y(value), text.write(value)) for value in values)

    def labels(self) -> tuple[Label, ...]:
        """Category names under the axis; of many, only every second, third ... so that they do not overlap."""
        every = ceil(len(self.names) / LABELS_AT_MOST) or 1
        places = range(0, len(self.names), every)
        return tuple(Label(self.middles[place], self.height - 8, self.names[place]) for place in places)


def _rows(names: Sequence[str], series: Sequence[Series], totals: Sequence[Value]) -> tuple[ChartTableRow, ...]:
    return tuple(ChartTableRow(name, tuple(row.values[i] for row in series), totals[i]) for i, name in enumerate(names))


def stacked_bars(
    text: Text,
    categories: Sequence[str],
    series: Iterable[tuple[str, Sequence[Value]]],
    *,
    totals: Sequence[Value] | None = None,
    width: float = 720,
    height: float = 340,
) -> StackedBars:
    """One bar per category, one colour per series, the total on top.

    Pass `totals` if they are not the sums: figures of a release are rounded separately, including totals. Each is then
    a wider bar behind the pieces, and the rest above these is hatched.
    """
    names = tuple(str(name) for name in categories)
    rows = _checked(series, len(names))
    stack = _stack(Plot(names, 1, width, height), rows, totals)
    return StackedBars(
        text,
        columns=tuple(row.label for row in rows),
        rows=_rows(names, rows, stack.totals),
        with_totals=len(rows) > 1 or totals is not None,
        width=width,
        height=height,
        bars=tuple(bar for place in range(len(names)) for bar in stack.pieces(place)),
        frames=tuple(stack.frames()),
        rests=tuple(stack.rests()),
        bands=tuple(stack.bands()),
        totals=tuple(stack.tops()),
        labels=stack.plot.labels(),
        grid=stack.plot.grid(text),
        legend=rows if len(rows) > 1 or totals is not None else (),
        left=LEFT,
        right=width - RIGHT,
    )


def _stack(plain: Plot, rows: Sequence[Series], totals: Sequence[Value] | None) -> Stack:
    columns = [[row.values[place] for row in rows] for place in range(len(plain.names))]
    heights = tuple(sum(_numbers(column)) for column in columns)
    sums = tuple(totals if totals is not None else map(total, columns))
    return Stack(plain, rows, heights, sums, is_framed=totals is not None)


@dataclass(frozen=True)
class Stack:
    """All bars. ``heights``: of the shown pieces; ``is_framed``: totals are separate figures."""

    plain: Plot
    rows: Sequence[Series]
    heights: tuple[float, ...]
    totals: tuple[Value, ...]
    is_framed: bool

    @cached_property
    def plot(self) -> Plot:
        """The plot, with a scale for the highest of pieces and totals."""
        return replace(self.plain, top=scale_top(_largest([*self.heights, *self.totals])))

    @property
    def thickness(self) -> float:
        return min(self.plot.slot * (0.46 if self.is_framed else 0.62), 64)

    def pieces(self, place: int) -> Iterator[Bar]:
        """The pieces of a bar from the bottom up."""
        below: float = 0
        for number, row in enumerate(self.rows):
            value = row.values[place]
            if is_number(value) and value:
                said = {"label": row.label, "value": value, "series": number}
                yield self.plot.box(place, self.thickness, below, below + value, row.css, **said)
                below += value

    def frames(self) -> Iterator[Bar]:
        for place, value in enumerate(self.totals):
            if self.is_framed and is_number(value) and value:
                yield self.plot.box(place, self.thickness * 1.6, 0, value, "whole", value=value)

    def rests(self) -> Iterator[Bar]:
        """The rest of each total above the pieces, computed only from what is shown."""
        for place, (height, value) in enumerate(zip(self.heights, self.totals, strict=True)):
            if self.is_framed and is_number(value) and value > height:
                yield self.plot.box(place, self.thickness, height, value, "rest", value=value - height)

    def bands(self) -> Iterator[Bar]:
        """Hatched bars of full height for hidden totals, so that they do not disclose the number."""
        for place, value in enumerate(self.totals):
            if not is_number(value):
                yield self.plot.box(place, self.plot.slot - 6, 0, self.plot.top, "band", value=value)

    def tops(self) -> Iterator[Top]:
        """Totals at their height. Sums with a hidden part are unknown and not written."""
        for x, height, value in zip(self.plot.middles, self.heights, self.totals, strict=True):
            if is_number(value) or self.is_framed:
                yield Top(x, round(self.plot.y(value if is_number(value) else height) - 6, 2), value)


def lines(
    text: Text,
    categories: Sequence[str],
    series: Iterable[tuple[str, Sequence[Value]]],
    *,
    width: float = 720,
    height: float = 300,
) -> Lines:
    """One line per series over the categories; a hidden value leaves a gap."""
    names = tuple(str(name) for name in categories)
    rows = _checked(series, len(names))
    plot = Plot(names, scale_top(_largest(value for row in rows for value in row.values)), width, height)
    return Lines(
        text,
        columns=tuple(row.label for row in rows),
        rows=_rows(names, rows, [None] * len(names)),
        width=width,
        height=height,
        lines=tuple(_line(plot, row) for row in rows),
        labels=plot.labels(),
        grid=plot.grid(text),
        legend=rows if len(rows) > 1 else (),
        left=LEFT,
        right=width - RIGHT,
    )


def _line(plot: Plot, row: Series) -> ChartLine:
    placed = list(zip(plot.middles, plot.names, row.values, strict=True))
    points = [(x, plot.y(value)) if is_number(value) else None for x, _name, value in placed]
    dots = tuple(Dot(x, plot.y(value), name, row.label, value) for x, name, value in placed if is_number(value))
    return ChartLine(row.css, row.label, _pieces(points), dots)


def _pieces(points: Iterable[tuple[float, float] | None]) -> tuple[str, ...]:
    """Points for <polyline>, split at missing ones; a single point makes no line."""
    pieces: list[list[str]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{point[0]},{point[1]}")
    return tuple(" ".join(piece) for piece in pieces if len(piece) > 1)


def horizontal_bars(text: Text, items: Iterable[tuple[str, Value]]) -> HorizontalBars:
    """One bar per item, in the order given, its value at the end."""
    pairs = [(str(label), value) for label, value in items]
    _checked([(text.title, [value for _label, value in pairs])], len(pairs))
    longest = _largest(value for _label, value in pairs) or 1
    return HorizontalBars(
        text,
        columns=(text.column,),
        rows=tuple(ChartTableRow(label, (value,)) for label, value in pairs),
        bars=tuple(
            Share(
                label,
                round(value / longest * 100, 2) if is_number(value) else 0,
                text.said(value),
                not is_number(value),
            )
            for label, value in pairs
        ),
    )


def sparkline(title: str, values: Sequence[Value], *, width: float = 110, height: float = 28) -> Sparkline:
    """A small line without axes or table, for a row or a tile. The title has to describe it.

    A value between two hidden ones is a dot.
    """
    row = _checked([(title, values)], len(values))[0]
    unit = (height - 6) / (_largest(values) or 1)
    step = (width - 6) / max(1, len(values) - 1)
    points = [
        (round(3 + step * place, 2), round(height - 3 - value * unit, 2)) if is_number(value) else None
        for place, value in enumerate(values)
    ]
    alone = (
        Dot(*point, "", row.label, values[place])
        for place, point in enumerate(points)
        if point is not None and not any(points[max(0, place - 1) : place] + points[place + 1 : place + 2])
    )
    line = ChartLine(row.css, row.label, _pieces(points), tuple(alone))
    return Sparkline(Text(str(title)), rows=(ChartTableRow("", row.values),), width=width, height=height, line=line)


def tile_grid(
    text: Text, country: str, values: Mapping[str, Value], *, names: Mapping[str, str] | None = None
) -> TileGrid:
    """A country's regions as equal tiles, shaded by value.

    Keys are ISO 3166-2 codes ("DE-SN"); `names` replaces the built-in names. Regions without a key are unknown.
    Raises KeyError for a country without a grid and ValueError for a code the grid does not have.
    """
    grid = GRIDS[country]
    if unknown := set(values) - {place.code for place in grid}:
        raise ValueError(f"no tile for {sorted(unknown)}")
    _checked([(text.title, list(values.values()))], len(values))
    largest = _largest(values.values())
    said = {place.code: str((names or {}).get(place.code, place.name)) for place in grid}
    pitch = TILE + TILE_GAP
    return TileGrid(
        text,
        columns=(text.column,),
        rows=tuple(ChartTableRow(said[place.code], (values.get(place.code),)) for place in grid),
        width=(max(place.column for place in grid) + 1) * pitch - TILE_GAP,
        height=(max(place.row for place in grid) + 1) * pitch - TILE_GAP,
        tiles=tuple(
            Tile(
                place.column * pitch,
                place.row * pitch,
                TILE,
                place.short,
                said[place.code],
                values.get(place.code),
                shade(values.get(place.code), largest),
            )
            for place in grid
        ),
    )
