"""What a chart consists of, ready to be drawn. Coordinates are SVG user units; the drawing scales to its container."""

from dataclasses import dataclass
from typing import ClassVar

Value = int | float | None
"""None: may not be shown (disclosure control) or is not known. Never drawn as zero."""

SERIES_COLOURS = 6  # --series-0 to --series-5 in app.css


def number(value: float) -> str:
    """Without needless decimals: 3.0 is 3."""
    return f"{value:.10g}"


@dataclass(frozen=True)
class Series:
    """One row of values, in the order of the chart's categories."""

    label: str
    values: tuple[Value, ...]
    colour: int = 0

    @property
    def css(self) -> str:
        return f"s{self.colour % SERIES_COLOURS}"


@dataclass(frozen=True)
class Bar:
    """One rectangle. `text` is what a pointer resting on it shows."""

    x: float
    y: float
    width: float
    height: float
    css: str
    text: str
    value: Value = None


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class GridLine:
    """A horizontal line at a round value."""

    y: float
    text: str

    @property
    def text_y(self) -> float:
        return round(self.y + 4, 2)


@dataclass(frozen=True)
class Line:
    """One line; a value that may not be shown leaves a gap, hence several pieces."""

    css: str
    label: str
    pieces: tuple[str, ...]
    dots: tuple[Label, ...]


@dataclass(frozen=True)
class Tile:
    """One region. `shade` is "0" (few) to "4" (most) or "none"."""

    x: float
    y: float
    size: float
    code: str
    name: str
    value: Value
    shade: str

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
class Row:
    """One row of the chart's table."""

    label: str
    values: tuple[Value, ...]
    total: Value = None


@dataclass(frozen=True)
class Text:
    """The words around a chart, already translated.

    `head` names the categories (first column of the table), `column` the only column of a chart without series,
    `hidden` stands where a value may not be shown.
    """

    title: str
    description: str = ""
    head: str = ""
    column: str = ""
    hidden: str = "…"


@dataclass(frozen=True)
class Chart:
    """What all charts have in common."""

    text: Text
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    with_totals: bool = False
    width: float = 720
    height: float = 340
    template: ClassVar[str] = ""

    @property
    def empty(self) -> bool:
        """Nothing to draw: no row, or no value that may be shown."""
        return not any(value is not None for row in self.rows for value in row.values)

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
        """Where the numbers of the scale end."""
        return self.left - 8


@dataclass(frozen=True)
class StackedBars(Axes):
    bars: tuple[Bar, ...] = ()
    totals: tuple[Label, ...] = ()
    template: ClassVar[str] = "ui/charts/stacked_bars.html"


@dataclass(frozen=True)
class Lines(Axes):
    lines: tuple[Line, ...] = ()
    template: ClassVar[str] = "ui/charts/lines.html"


@dataclass(frozen=True)
class Share:
    """One horizontal bar; `percent` of the longest one."""

    label: str
    percent: float
    text: str


@dataclass(frozen=True)
class HorizontalBars(Chart):
    bars: tuple[Share, ...] = ()
    template: ClassVar[str] = "ui/charts/horizontal_bars.html"


@dataclass(frozen=True)
class Sparkline(Chart):
    line: Line | None = None
    template: ClassVar[str] = "ui/charts/sparkline.html"


@dataclass(frozen=True)
class TileGrid(Chart):
    tiles: tuple[Tile, ...] = ()
    template: ClassVar[str] = "ui/charts/tile_grid.html"
