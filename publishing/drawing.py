"""The charts of a release for paper: the shapes of `ui.charts` as SVG that needs nothing else, with their alt texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publishing.content import Chart, Column, Figure, Row, Table
from publishing.svg import (
    BAR,
    BLANK,
    GREY,
    HATCH,
    PAPER,
    RULE,
    SHADES,
    Paint,
    box,
    moved,
    patterns,
    picture,
    series_paint,
    tag,
    text,
    width_of,
    wrapped,
)
from publishing.words import WORDS, Words
from ui import charts, shapes
from ui.tile_maps import GRIDS

COLUMNS_UPRIGHT = 8
WIDTH, WIDE = 720, 1000  # the second for the chart of a table on a page turned sideways
SIZE = 12.5  # of letters
LABELS_AT_MOST, BARS_END, LINE = 250, 640, 15
LARGEST = 25
PLOT_HEIGHT, WIDE_PLOT_HEIGHT = 280, 250
SWATCH = 11
TEXT_FITS = 12  # a piece of a bar as high as that holds its figure
MAP_WIDTH, MAP_SCALE, NAMES_WIDTH = 340, 1.3, 210


@dataclass(frozen=True)
class Drawing:
    """``svg`` is empty where there is nothing to draw; the notes then say so. ``alt`` says what the picture shows."""

    svg: str
    alt: str
    notes: tuple[str, ...]


def drawn(table: Table, country: str, language: str) -> Drawing | None:
    """The chart of a table in its language, or None for a table that is to have none."""
    words = WORDS[language]
    kind = kind_of(table, country)
    if kind == Chart.NONE:
        return None
    if table.is_empty:
        return Drawing("", "", (words.nothing_to_draw,))
    if kind == Chart.STACKED:
        return _stacked(table, words)
    return _map(table, country, words) if kind == Chart.MAP else _bars(table, words)


def kind_of(table: Table, country: str) -> Chart:
    """What can be drawn: bars where no two periods can be compared or there is no map of the country."""
    if not table.body:
        return Chart.NONE
    stacked = table.chart == Chart.STACKED and not _has_periods(table)
    mapped = table.chart == Chart.MAP and not _on_the_map(table, country)
    return Chart.BARS if stacked or mapped else table.chart


def _has_periods(table: Table) -> bool:
    figures = (figure for row in table.body for figure in row.figures[:-1])
    return len(_periods(table)) > 1 and any(_value(figure) for figure in figures)


def is_wide(table: Table) -> bool:
    """Whether it needs a page turned sideways."""
    return len(table.columns) > COLUMNS_UPRIGHT


def _periods(table: Table) -> tuple[Column, ...]:
    return table.columns[:-1]


def _value(figure: Figure) -> shapes.Value:
    return figure if isinstance(figure, int) else None


def _not_drawn(figures: Iterable[Figure], words: Words) -> tuple[str, ...]:
    return (words.not_drawn,) if any(isinstance(figure, str) for figure in figures) else ()


def _alt(kind: str, said: Iterable[tuple[str, Figure]], table: Table, words: Words) -> str:
    figures = "; ".join(f"{label}{words.colon}{words.figure(figure)}" for label, figure in said)
    return f"{kind}{words.colon}{table.title}. {figures}."


# --- horizontal bars ---


def _bars(table: Table, words: Words) -> Drawing:
    rows = _largest(table.body)
    figures = [row.total for row in rows]
    shape = charts.horizontal_bars(charts.Text(table.title), [(row.label, _value(row.total)) for row in rows])
    left = min(LABELS_AT_MOST, 12 + max(width_of(row.label, SIZE) for row in rows))
    parts: list[str] = []
    y = 4.0
    for bar, figure in zip(shape.bars, figures, strict=True):
        lines = wrapped(bar.label, left - 12, SIZE)
        height = len(lines) * LINE + 8
        parts += _bar(left, y + height / 2, lines, bar.percent, figure, words)
        y += height
    parts.append(tag("line", x1=left, x2=left, y1=0, y2=y + 4, stroke=GREY))
    notes = _not_drawn(figures, words)
    if len(rows) < len(table.body):
        notes += (words.largest_drawn.format(number=len(rows)),)
    alt = _alt(words.bar_chart, [(row.label, row.total) for row in rows], table, words)
    return Drawing(picture(WIDTH, y + 8, parts), alt, notes)


def _largest(rows: Sequence[Row]) -> list[Row]:
    """As many as a page holds, in the order of the table."""
    ranked = sorted(rows, key=lambda row: _value(row.total) or 0, reverse=True)[:LARGEST]
    return [row for row in rows if row in ranked]


def _bar(
    left: float, middle: float, lines: Sequence[str], percent: float, figure: Figure, words: Words
) -> Iterator[str]:
    first = middle - len(lines) * LINE / 2 + LINE - 4
    for place, line in enumerate(lines):
        yield text(left - 8, first + place * LINE, line, SIZE, text_anchor="end")
    length = percent / 100 * (BARS_END - left)
    if length:
        yield tag("rect", x=left, y=middle - 7, width=length, height=14, fill=BAR)
    yield text(left + length + 7, middle + 4, words.figure(figure), SIZE, **_style(figure))


def _style(figure: Figure) -> dict[str, str | float]:
    """Of the text in which a figure is written: what is no number looks different."""
    return {"font_weight": "bold"} if isinstance(figure, int) else {"font_style": "italic", "fill": GREY}


# --- stacked bars ---


def _stacked(table: Table, words: Words) -> Drawing:
    width, height = (WIDE, WIDE_PLOT_HEIGHT) if is_wide(table) else (WIDTH, PLOT_HEIGHT)
    names = [column.label for column in _periods(table)]
    totals = _totals(table)
    series = [(row.label, [_value(figure) for figure in row.figures[:-1]]) for row in table.body]
    shape = charts.stacked_bars(
        charts.Text(table.title),
        names,
        series,
        totals=[_value(figure) for figure in totals],
        width=width,
        height=height,
    )
    legend, below = _legend([label for label, _values in series], width)
    plot = [*_grid(shape, words), *_pieces(shape, words), *_tops(shape, totals, words), *_names(shape, len(names))]
    parts = [patterns(map(series_paint, range(len(series)))), *legend, moved(0, below, plot)]
    shown = list(zip(names, totals, strict=True)) if totals else []
    alt = _alt(words.stacked_chart, shown, table, words)
    notes = _not_drawn((figure for row in table.rows for figure in row.figures[:-1]), words)
    return Drawing(picture(width, below + height + LINE, parts), alt, notes)


def _totals(table: Table) -> tuple[Figure, ...]:
    """Of each period; none where the table has no row of totals, for the sum of rounded figures would be another."""
    return table.total.figures[:-1] if table.total else tuple("" for _column in _periods(table))


def _legend(labels: Sequence[str], width: float) -> tuple[list[str], float]:
    """Its elements, in the order of the pieces from the bottom up, and where the plot begins."""
    parts: list[str] = []
    x, y = 0.0, 0.0
    for place, label in enumerate(labels):
        said = wrapped(label, width - 60, SIZE, lines=1)[0]
        needed = SWATCH + 6 + width_of(said, SIZE) + 16
        if x and x + needed > width:
            x, y = 0.0, y + LINE + 4
        parts.append(box(x, y + 2, SWATCH, SWATCH, series_paint(place), stroke=GREY))
        parts.append(text(x + SWATCH + 6, y + SWATCH + 1, said, SIZE))
        x += needed
    return parts, y + LINE + 2


def _grid(shape: shapes.StackedBars, words: Words) -> Iterator[str]:
    for line in shape.grid:
        yield tag("line", x1=shape.left, x2=shape.right, y1=line.y, y2=line.y, stroke=RULE)
        said = words.number(int(line.text)) if line.text.isdecimal() else line.text
        yield text(shape.scale_x, line.text_y, said, SIZE - 1, fill=GREY, text_anchor="end")


def _pieces(shape: shapes.StackedBars, words: Words) -> Iterator[str]:
    for bar, place in zip(shape.bars, _places(shape), strict=True):
        paint = series_paint(place)
        yield box(bar.x, bar.y, bar.width, bar.height, paint, stroke=PAPER, stroke_width=1)
        if bar.height >= TEXT_FITS and bar.value is not None:
            said = words.number(int(bar.value))
            yield from _on_texture(said, bar.x + bar.width / 2, bar.y + bar.height / 2, paint)


def _on_texture(said: str, x: float, y: float, paint: Paint) -> Iterator[str]:
    """A text in the middle of something painted, with a plain ground where the texture would disturb it."""
    size = SIZE - 1.5
    width = width_of(said, size) + 4
    if paint.texture:
        yield tag("rect", x=x - width / 2, y=y - size / 2, width=width, height=size, rx=2, fill=paint.colour)
    yield text(x, y + size * 0.35, said, size, fill=paint.ink, text_anchor="middle")


def _places(shape: shapes.StackedBars) -> list[int]:
    """For each bar the place of its series: there is one bar for each value above zero, column by column."""
    return [place for row in shape.rows for place, value in enumerate(row.values) if value]


def _tops(shape: shapes.StackedBars, totals: Sequence[Figure], words: Words) -> Iterator[str]:
    floor = shape.grid[0].y
    for x, figure in zip(_middles(shape), totals, strict=True):
        top = min((bar.y for bar in shape.bars if abs(bar.x + bar.width / 2 - x) < 1), default=floor)
        yield text(x, top - 6, words.figure(figure), SIZE, text_anchor="middle", **_style(figure))


def _middles(shape: shapes.StackedBars) -> list[float]:
    slot = (shape.right - shape.left) / len(shape.rows)
    return [shape.left + slot * (place + 0.5) for place in range(len(shape.rows))]


def _names(shape: shapes.StackedBars, columns: int) -> Iterator[str]:
    slot = (shape.right - shape.left) / max(1, columns)
    for label in shape.labels:
        for place, line in enumerate(wrapped(label.text, slot - 2, SIZE - 0.5)):
            yield text(label.x, label.y + place * (LINE - 1), line, SIZE - 0.5, text_anchor="middle")


# --- the map ---


def _on_the_map(table: Table, country: str) -> list[Row]:
    codes = {place.code for place in GRIDS.get(country, ())}
    return [row for row in table.body if row.code in codes]


def _map(table: Table, country: str, words: Words) -> Drawing:
    rows = _on_the_map(table, country)
    values = {row.code: _value(row.total) for row in rows}
    names = {row.code: row.label for row in rows}
    shape = charts.tile_grid(charts.Text(table.title), country, values, names=names)
    figures = {row.code.partition("-")[2]: row.total for row in rows}
    scale = min(MAP_SCALE, MAP_WIDTH / shape.width)
    left = shape.width * scale + 36
    parts = [
        patterns([HATCH]),
        moved(2, 2, [part for tile in shape.tiles for part in _tile(tile, figures.get(tile.code), words)], scale),
        moved(left, 0, _tile_names(shape)),
        moved(left + NAMES_WIDTH, 0, _shades(shape, figures.values(), words)),
    ]
    height = max(shape.height * scale + 4, len(shape.tiles) * LINE + 8)
    elsewhere = [row for row in table.body if row.code not in values]
    said = "; ".join(f"{row.label}{words.colon}{words.figure(row.total)}" for row in elsewhere)
    notes = (f"{words.not_on_the_map}{words.colon}{said}.",) if said else ()
    alt = _alt(words.tile_map, [(row.label, row.total) for row in rows], table, words)
    return Drawing(picture(WIDTH, height, parts), alt, notes)


def _tile(tile: shapes.Tile, figure: Figure | None, words: Words) -> Iterator[str]:
    """A figure that is no number stands in a tile without a shade; a withheld one is hatched, the legend says so."""
    paint = _tile_paint(figure, tile.shade)
    edge: dict[str, str | float] = {} if isinstance(figure, int) else {"stroke_dasharray": "3 2"}
    yield box(tile.x, tile.y, tile.size, tile.size, paint, rx=4, stroke=GREY, **edge)
    if paint == HATCH:
        yield from _on_texture(tile.code, tile.middle, tile.y + tile.size / 2, paint)
        return
    middle: dict[str, str | float] = {"text_anchor": "middle", "fill": paint.ink}
    yield text(tile.middle, tile.code_y, tile.code, 12, font_weight="bold", **middle)
    yield text(tile.middle, tile.value_y, words.figure(figure or ""), 11.5, **middle)


def _tile_paint(figure: Figure | None, shade: str) -> Paint:
    if isinstance(figure, int):
        return SHADES[int(shade)]
    return BLANK if _is_small(figure) else HATCH


def _is_small(figure: Figure | None) -> bool:
    return isinstance(figure, str) and figure.startswith("<")


def _tile_names(shape: shapes.TileGrid) -> Iterator[str]:
    for place, tile in enumerate(sorted(shape.tiles, key=lambda tile: tile.code)):
        y = place * LINE + LINE
        yield text(0, y, tile.code, SIZE - 0.5, font_weight="bold")
        yield text(34, y, wrapped(tile.name, NAMES_WIDTH - 44, SIZE - 0.5, lines=1)[0], SIZE - 0.5)


def _shades(shape: shapes.TileGrid, figures: Iterable[Figure], words: Words) -> Iterator[str]:
    """The legend: from the smallest to the largest figure of each shade that occurs, then the signs that occur."""
    shown: dict[str, list[int]] = {}
    for tile in shape.tiles:
        if isinstance(tile.value, int):
            shown.setdefault(tile.shade, []).append(tile.value)
    entries = [(SHADES[int(shade)], _range(shown[shade], words)) for shade in sorted(shown)]
    signs = sorted({figure for figure in figures if isinstance(figure, str)})
    entries += [(_tile_paint(sign, ""), words.figure(sign)) for sign in signs]
    for place, (paint, said) in enumerate(entries):
        y = place * (LINE + 5) + 4
        yield box(0, y, 16, LINE - 1, paint, rx=2, stroke=GREY)
        yield text(24, y + LINE - 4, said, SIZE)


def _range(values: Sequence[int], words: Words) -> str:
    low, high = min(values), max(values)
    return words.number(low) if low == high else f"{words.number(low)}–{words.number(high)}"
