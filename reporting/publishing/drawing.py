"""The charts of a release for the PDF: the shapes of `foundation.ui.charts` as standalone SVG, with alt texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from foundation.ui import charts, shapes
from reporting.publishing import charting
from reporting.publishing.content import WITHHELD, Chart, Figure, Table, TableRow
from reporting.publishing.form_texts import WORDS, Words
from reporting.publishing.svg import (
    BAR,
    GREY,
    HATCH,
    PAPER,
    RULE,
    SHADES,
    SMALL,
    TRACK,
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

COLUMNS_UPRIGHT = 8
WIDTH = 720
WIDE = 1000  # for the chart of a table on a landscape page
SIZE = 12.5  # font size
LABELS_AT_MOST = 250
BARS_END = 640
LINE = 15
LARGEST = 25
PLOT_HEIGHT = 280
WIDE_PLOT_HEIGHT = 215
SWATCH = 11
TEXT_FITS = 12  # minimum height of a piece of a bar for its figure
MAP_WIDTH = 340
MAP_SCALE = 1.3
NAMES_WIDTH = 210


@dataclass(frozen=True)
class Drawing:
    """``svg`` is empty if there is nothing to draw; the notes then say so. ``alt``: the description of the picture."""

    svg: str
    alt: str
    notes: tuple[str, ...]


def drawn(table: Table, country: str, language: str) -> Drawing | None:
    """The chart of a table in its language, or None for a table without a chart."""
    words = WORDS[language]
    kind = charting.kind_of(table, country)
    if kind == Chart.NONE:
        return None
    if table.is_empty:
        return Drawing("", "", (words.nothing_to_draw,))
    if kind == Chart.STACKED:
        return _stacked(table, words)
    return _map(table, country, words) if kind == Chart.MAP else _bars(table, words)


def is_wide(table: Table) -> bool:
    """Whether the table needs a landscape page."""
    return len(table.columns) > COLUMNS_UPRIGHT


def _text(table: Table, words: Words) -> shapes.Text:
    return charts.Text(table.title, write=lambda value: words.number(round(value)))


def _not_drawn(figures: Iterable[Figure], words: Words) -> tuple[str, ...]:
    return (words.not_drawn,) if any(isinstance(figure, str) for figure in figures) else ()


def _alt(kind: str, said: Iterable[tuple[str, Figure]], table: Table, words: Words) -> str:
    figures = words.semicolon.join(f"{label}{words.colon}{words.figure(figure)}" for label, figure in said)
    return f"{kind}{words.colon}{table.title}. {figures}."


# --- horizontal bars ---


def _bars(table: Table, words: Words) -> Drawing:
    rows = _largest(table.body)
    figures = [row.total for row in rows]
    shape = charting.bars(_text(table, words), rows, words.withheld)
    left = min(LABELS_AT_MOST, 12 + max(width_of(row.label, SIZE) for row in rows))
    parts = [patterns([HATCH])]
    y = 4.0
    for bar, figure in zip(shape.bars, figures, strict=True):
        lines = wrapped(bar.label, left - 12, SIZE)
        height = len(lines) * LINE + 8
        parts += _bar(left, y + height / 2, lines, bar, figure)
        y += height
    parts.append(tag("line", x1=left, x2=left, y1=0, y2=y + 4, stroke=GREY))
    notes = _not_drawn(figures, words)
    if len(rows) < len(table.body):
        notes += (words.largest_drawn.format(number=len(rows)),)
    alt = _alt(words.bar_chart, [(row.label, row.total) for row in rows], table, words)
    return Drawing(picture(WIDTH, y + 8, parts), alt, notes)


def _largest(rows: Sequence[TableRow]) -> list[TableRow]:
    """The largest rows that fit a page, in the order of the table."""
    ranked = sorted(rows, key=lambda row: row.total if isinstance(row.total, int) else 0, reverse=True)[:LARGEST]
    return [row for row in rows if row in ranked]


def _bar(left: float, middle: float, lines: Sequence[str], bar: shapes.Share, figure: Figure) -> Iterator[str]:
    """The track is as long as the longest bar; it is hatched if the figure is not a number."""
    first = middle - len(lines) * LINE / 2 + LINE - 4
    for place, line in enumerate(lines):
        yield text(left - 8, first + place * LINE, line, SIZE, text_anchor="end")
    full = BARS_END - left
    yield box(left, middle - 7, full, 14, HATCH if bar.is_hidden else TRACK)
    if length := bar.percent / 100 * full:
        yield tag("rect", x=left, y=middle - 7, width=length, height=14, fill=BAR)
    yield text(BARS_END + 7, middle + 4, bar.text, SIZE, **_style(figure))


def _style(figure: Figure) -> dict[str, str | float]:
    """The text style of a figure; figures that are not numbers differ."""
    return {"font_weight": "bold"} if isinstance(figure, int) else {"font_style": "italic", "fill": GREY}


# --- stacked bars ---


def _stacked(table: Table, words: Words) -> Drawing:
    width, height = (WIDE, WIDE_PLOT_HEIGHT) if is_wide(table) else (WIDTH, PLOT_HEIGHT)
    names = [column.label for column in charting.periods(table)]
    figures = table.total.figures[:-1] if table.total else ()
    shape = charting.stacked(_text(table, words), table, names, words.withheld, width=width, height=height)
    legend, below = _legend(_signs(shape, words), width)
    plot = [*_grid(shape), *_pieces(shape), *_tops(shape), *_names(shape, len(names))]
    paints = [HATCH, *map(series_paint, range(len(shape.legend)))]
    parts = [patterns(paints), *legend, moved(0, below, plot)]
    alt = _alt(words.stacked_chart, zip(names, figures, strict=True), table, words)
    notes = _not_drawn((figure for row in table.rows for figure in row.figures[:-1]), words)
    return Drawing(picture(width, below + height + LINE, parts), alt, notes)


def _signs(shape: shapes.StackedBars, words: Words) -> Iterator[tuple[str, Paint]]:
    """Entries of the legend, in the order of the pieces from the bottom up."""
    for place, row in enumerate(shape.legend):
        yield row.label, series_paint(place)
    if shape.frames:
        yield words.whole, TRACK
    if shape.rests:
        yield words.rest, HATCH
    if shape.signs:
        yield f"{', '.join(shape.signs)}{words.colon}{words.hidden}", HATCH


def _legend(entries: Iterable[tuple[str, Paint]], width: float) -> tuple[list[str], float]:
    """The legend's elements, and the vertical position of the plot."""
    parts: list[str] = []
    x, y = 0.0, 0.0
    for label, paint in entries:
        said = wrapped(label, width - 60, SIZE, lines=1)[0]
        needed = SWATCH + 6 + width_of(said, SIZE) + 16
        if x and x + needed > width:
            x, y = 0.0, y + LINE + 4
        parts.append(box(x, y + 2, SWATCH, SWATCH, paint, stroke=GREY))
        parts.append(text(x + SWATCH + 6, y + SWATCH + 1, said, SIZE))
        x += needed
    return parts, y + LINE + 2


def _grid(shape: shapes.StackedBars) -> Iterator[str]:
    for line in shape.grid:
        yield tag("line", x1=shape.left, x2=shape.right, y1=line.y, y2=line.y, stroke=RULE)
        yield text(shape.scale_x, line.text_y, line.text, SIZE - 1, fill=GREY, text_anchor="end")


def _pieces(shape: shapes.StackedBars) -> Iterator[str]:
    """Totals in the background, their rest that is not shown, and the parts; with the figure if it fits."""
    behind = ((shape.bands, HATCH, RULE), (shape.frames, TRACK, GREY), (shape.rests, HATCH, GREY))
    for bars, paint, edge in behind:
        for bar in bars:
            yield box(bar.x, bar.y, bar.width, bar.height, paint, stroke=edge, stroke_width=0.7)
    for bar in shape.bars:
        paint = series_paint(bar.series)
        yield box(bar.x, bar.y, bar.width, bar.height, paint, stroke=PAPER, stroke_width=1)
        if bar.height >= TEXT_FITS:
            yield from _on_texture(shape.text.said(bar.value), bar.x + bar.width / 2, bar.y + bar.height / 2, paint)


def _on_texture(said: str, x: float, y: float, paint: Paint) -> Iterator[str]:
    """A text in the middle of a painted area, with a plain background if there is a texture."""
    size = SIZE - 1.5
    width = width_of(said, size) + 4
    if paint.texture:
        yield tag("rect", x=x - width / 2, y=y - size / 2, width=width, height=size, rx=2, fill=paint.colour)
    yield text(x, y + size * 0.35, said, size, fill=paint.ink, text_anchor="middle")


def _tops(shape: shapes.StackedBars) -> Iterator[str]:
    for top in shape.totals:
        said = shape.text.said(top.value)
        width = width_of(said, SIZE) + 2
        yield tag("rect", x=top.x - width / 2, y=top.y - SIZE + 2, width=width, height=SIZE, rx=2, fill=PAPER)
        style = _style(0 if shapes.is_number(top.value) else said)
        yield text(top.x, top.y, said, SIZE, text_anchor="middle", **style)


def _names(shape: shapes.StackedBars, columns: int) -> Iterator[str]:
    slot = (shape.right - shape.left) / max(1, columns)
    for label in shape.labels:
        for place, line in enumerate(wrapped(label.text, slot - 2, SIZE - 0.5)):
            yield text(label.x, label.y + place * (LINE - 1), line, SIZE - 0.5, text_anchor="middle")


# --- the map ---


def _map(table: Table, country: str, words: Words) -> Drawing:
    shape = charting.tile_map(_text(table, words), table, country, words.withheld)
    rows = charting.on_the_map(table, country)
    figures = {row.code.partition("-")[2]: row.total for row in rows}
    scale = min(MAP_SCALE, MAP_WIDTH / shape.width)
    left = shape.width * scale + 36
    parts = [
        patterns([HATCH, SMALL]),
        moved(2, 2, [part for tile in shape.tiles for part in _tile(tile, figures.get(tile.code), words)], scale),
        moved(left, 0, _tile_names(shape)),
        moved(left + NAMES_WIDTH, 0, _shades(shape, figures.values(), words)),
    ]
    height = max(shape.height * scale + 4, len(shape.tiles) * LINE + 8)
    elsewhere = charting.elsewhere(table, country)
    said = words.semicolon.join(f"{row.label}{words.colon}{words.figure(row.total)}" for row in elsewhere)
    notes = (f"{words.not_on_the_map}{words.colon}{said}.",) if said else ()
    alt = _alt(words.tile_map, [(row.label, row.total) for row in rows], table, words)
    return Drawing(picture(WIDTH, height, parts), alt, notes)


def _tile(tile: shapes.Tile, figure: Figure | None, words: Words) -> Iterator[str]:
    """A tile; hatched if the figure is not a number. The legend explains each hatching."""
    paint = _tile_paint(figure, tile.shade)
    edge: dict[str, str | float] = {} if isinstance(figure, int) else {"stroke_dasharray": "3 2"}
    yield box(tile.x, tile.y, tile.size, tile.size, paint, rx=4, stroke=GREY, **edge)
    if paint == HATCH:
        yield from _on_texture(tile.code, tile.middle, tile.y + tile.size / 2, paint)
    elif paint == SMALL:
        yield from _on_texture(tile.code, tile.middle, tile.code_y - 4, paint)
        yield from _on_texture(words.figure(figure or ""), tile.middle, tile.value_y - 4, paint)
    else:
        middle: dict[str, str | float] = {"text_anchor": "middle", "fill": paint.ink}
        yield text(tile.middle, tile.code_y, tile.code, 12, font_weight="bold", **middle)
        yield text(tile.middle, tile.value_y, words.figure(figure or 0), 11.5, **middle)


def _tile_paint(figure: Figure | None, shade: str) -> Paint:
    if isinstance(figure, int):
        return SHADES[int(shade)]
    return HATCH if figure in (None, WITHHELD) else SMALL


def _tile_names(shape: shapes.TileGrid) -> Iterator[str]:
    for place, tile in enumerate(sorted(shape.tiles, key=lambda tile: tile.code)):
        y = place * LINE + LINE
        yield text(0, y, tile.code, SIZE - 0.5, font_weight="bold")
        yield text(34, y, wrapped(tile.name, NAMES_WIDTH - 44, SIZE - 0.5, lines=1)[0], SIZE - 0.5)


def _shades(shape: shapes.TileGrid, figures: Iterable[Figure], words: Words) -> Iterator[str]:
    """The legend: the range of figures of each shade that occurs, then the hatchings that occur."""
    entries = [(SHADES[int(step.shade)], _range(step, words)) for step in shape.scale]
    signs = sorted({figure for figure in figures if isinstance(figure, str)})
    entries += [(_tile_paint(sign, ""), words.figure(sign)) for sign in signs]
    for place, (paint, said) in enumerate(entries):
        y = place * (LINE + 5) + 4
        yield box(0, y, 16, LINE - 1, paint, rx=2, stroke=GREY)
        yield text(24, y + LINE - 4, said, SIZE)


def _range(step: shapes.Shade, words: Words) -> str:
    low, high = words.number(round(step.low)), words.number(round(step.high))
    return low if low == high else f"{low}–{high}"
