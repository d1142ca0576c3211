"""The shapes of charts. Coordinates are SVG user units; the drawing scales to its container."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeGuard

from django.utils import formats

Value = int | float | str | None
"""A str stands where a number may not be shown ("<10"); None is not known. Neither is ever drawn as a length."""

SERIES_COLOURS = 6  # --series-0 to --series-5 in app.css; further series are striped


def is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, (int, float))


def number(value: float) -> str:
    """The number without trailing zeros: 3.0 is 3."""
    return str(value) if isinstance(value, int) else f"{value:.10g}"


def localised(value: float) -> str:
    """With the separators of the active language; needs Django's settings."""
    return formats.number_format(number(value), use_l10n=True, force_grouping=True)


@dataclass(frozen=True)
class Series:
    """One row of values, in the order of the chart's categories."""

    label: str
    values: tuple[Value, ...]
    colour: int = 0

    @property
    def css(self) -> str:
        return f"s{self.colour % SERIES_COLOURS}"

    @property
    def is_striped(self) -> bool:
        return self.colour >= SERIES_COLOURS


@dataclass(frozen=True)
class Bar:
    """One rectangle. `category` and `label` describe the `value`; `series` is the index of its series."""

    x: float
    y: float
    width: float
    height: float
    css: str
    category: str
    label: str = ""
    value: Value = None
    series: int = 0

    @property
    def is_striped(self) -> bool:
        return self.series >= SERIES_COLOURS


@dataclass(frozen=True)
class Top:
    """The total of a category, written above its bar, or above the axis if it is hidden."""

    x: float
    y: float
    value: Value

    @property
    def is_hidden(self) -> bool:
        return not is_number(self.value)


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Dot:
    """A point of a line."""

    x: float
    y: float
    category: str
    label: str
    value: Value


@dataclass(frozen=True)
class GridLine:
    """A horizontal line at a round value."""

    y: float
    text: str

    @property
    def text_y(self) -> float:
        return round(self.y + 4, 2)


@dataclass(frozen=True)
class ChartLine:
    """One line; hidden values leave gaps, so it may have several pieces."""

    css: str
    label: str
    pieces: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Tile:
    """One region. `shade` is "0" (few) to "4" (most) or "none", which is hatched."""

    x: float
    y: float
    size: float
    code: str
    name: str
    value: Value
    shade: str

    @property
    def is_hidden(self) -> bool:
        return not is_number(self.value)

    @property
    def middle(self) -> float:
        return self.x + self.size / 2

    @property
    def code_y(self) -> float:
        return self.y + round(self.size * 0.44, 2)

    @property
    def value_y(self) -> float:
        return self.y + round(self.size * 0.76, 2)


@dataclass(frozen=True)
class ChartTableRow:
    """One row of the chart's table."""

    label: str
    values: tuple[Value, ...]
    total: Value = None


@dataclass(frozen=True)
class Text:
    """The texts of a chart, translated.

    `head`: header of the categories (first column of the table); `column`: header of the only column of a chart without
    series; `hidden`: text for None; `write`: formats a number.
    """

    title: str
    description: str = ""
    head: str = ""
    column: str = ""
    hidden: str = "…"
    write: Callable[[float], str] = localised

    def said(self, value: Value) -> str:
        """The value as text."""
        if isinstance(value, str):
            return value
        return self.hidden if value is None else self.write(value)


@dataclass(frozen=True)
class Chart:
    """The base class of charts."""

    text: Text
    columns: tuple[str, ...] = ()
    rows: tuple[ChartTableRow, ...] = ()
    with_totals: bool = False
    width: float = 720
    height: float = 340
    template: ClassVar[str] = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no row, or only hidden values."""
        return not any(is_number(value) for row in self.rows for value in (*row.values, row.total))

    @property
    def signs(self) -> tuple[str, ...]:
        """The texts of hidden values, each once, in the order of the table."""
        every = (value for row in self.rows for value in (*row.values, *([row.total] if self.with_totals else [])))
        return tuple(dict.fromkeys(self.text.said(value) for value in every if not is_number(value)))

    @property
    def view_box(self) -> str:
        return f"0 0 {number(self.width)} {number(self.height)}"


@dataclass(frozen=True)
class Axes(Chart):
    """A chart over categories, with a scale of round values."""

    labels: tuple[Label, ...] = ()
    grid: tuple[GridLine, ...] = ()
    legend: tuple[Series, ...] = ()
    left: float = 0
    right: float = 0

    @property
    def many(self) -> bool:
        """Whether narrow containers should drop every second label."""
        return len(self.labels) > 6

    @property
    def scale_x(self) -> float:
        """The right edge of the scale's numbers."""
        return self.left - 8


@dataclass(frozen=True)
class StackedBars(Axes):
    """``frames``: totals that are separate figures. ``rests``: the parts of totals above the pieces.
    ``bands``: categories with a hidden total.
    """

    bars: tuple[Bar, ...] = ()
    frames: tuple[Bar, ...] = ()
    rests: tuple[Bar, ...] = ()
    bands: tuple[Bar, ...] = ()
    totals: tuple[Top, ...] = ()
    template: ClassVar[str] = "ui/charts/stacked_bars.html"


@dataclass(frozen=True)
class Lines(Axes):
    lines: tuple[ChartLine, ...] = ()
    template: ClassVar[str] = "ui/charts/lines.html"


@dataclass(frozen=True)
class Share:
    """One horizontal bar; `percent` of the longest one. A hidden one has no length: its track is hatched."""

    label: str
    percent: float
    text: str
    is_hidden: bool = False


@dataclass(frozen=True)
class HorizontalBars(Chart):
    bars: tuple[Share, ...] = ()
    template: ClassVar[str] = "ui/charts/horizontal_bars.html"


@dataclass(frozen=True)
class Sparkline(Chart):
    line: ChartLine | None = None
    template: ClassVar[str] = "ui/charts/sparkline.html"


@dataclass(frozen=True)
class Shade:
    """One step of the legend: the smallest and the largest value that are drawn in it."""

    shade: str
    low: float
    high: float


@dataclass(frozen=True)
class TileGrid(Chart):
    tiles: tuple[Tile, ...] = ()

    @property
    def scale(self) -> tuple[Shade, ...]:
        """The shades that occur, from few to many."""
        shown: dict[str, list[float]] = {}
        for tile in self.tiles:
            if is_number(tile.value):
                shown.setdefault(tile.shade, []).append(tile.value)
        return tuple(Shade(shade, min(shown[shade]), max(shown[shade])) for shade in sorted(shown))

    template: ClassVar[str] = "ui/charts/tile_grid.html"
