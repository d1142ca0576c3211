"""Computes the shapes of a released table's chart, the same for page and PDF. Pure functions.

Shapes use published figures only: hidden figures have no length, and the rest of a total above its shown parts is
computed from these alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from foundation.ui import charts, shapes
from foundation.ui.tile_maps import GRIDS

from .content import WITHHELD, Chart, Column, Figure, Table, TableRow


def kind_of(table: Table, country: str) -> Chart:
    """The kind of chart: bars if there are no comparable periods, or no map of the country."""
    if not table.body:
        return Chart.NONE
    stacked = table.chart == Chart.STACKED and not _has_periods(table)
    mapped = table.chart == Chart.MAP and not on_the_map(table, country)
    return Chart.BARS if stacked or mapped else table.chart


def _has_periods(table: Table) -> bool:
    """Whether there are several periods with their own totals, at least one a number; rounded parts give no totals."""
    return len(periods(table)) > 1 and table.total is not None and any(map(is_shown, table.total.figures[:-1]))


def is_shown(figure: Figure) -> bool:
    return isinstance(figure, int) and figure > 0


def periods(table: Table) -> tuple[Column, ...]:
    return table.columns[:-1]


def value(figure: Figure, withheld: str) -> shapes.Value:
    """``withheld``: the text for a figure that was not published."""
    return withheld if figure == WITHHELD else figure


def bars(text: shapes.Text, rows: Iterable[TableRow], withheld: str) -> shapes.HorizontalBars:
    return charts.horizontal_bars(text, [(row.label, value(row.total, withheld)) for row in rows])


def drawn_rows(table: Table) -> list[TableRow]:
    """The rows in the stacked bars: those with a number in some period."""
    return [row for row in table.body if any(map(is_shown, row.figures[:-1]))]


def stacked(
    text: shapes.Text, table: Table, names: Sequence[str], withheld: str, *, width: float = 720, height: float = 340
) -> shapes.StackedBars:
    """``names``: names of the periods."""
    assert table.total is not None
    series = [(row.label, [value(one, withheld) for one in row.figures[:-1]]) for row in drawn_rows(table)]
    totals = [value(one, withheld) for one in table.total.figures[:-1]]
    return charts.stacked_bars(text, names, series, totals=totals, width=width, height=height)


def on_the_map(table: Table, country: str) -> list[TableRow]:
    codes = {place.code for place in GRIDS.get(country, ())}
    return [row for row in table.body if row.code in codes]


def elsewhere(table: Table, country: str) -> list[TableRow]:
    """Rows that are not on the map, such as people abroad."""
    codes = {row.code for row in on_the_map(table, country)}
    return [row for row in table.body if row.code not in codes]


def tile_map(text: shapes.Text, table: Table, country: str, withheld: str) -> shapes.TileGrid:
    rows = on_the_map(table, country)
    values = {row.code: value(row.total, withheld) for row in rows}
    return charts.tile_grid(text, country, values, names={row.code: row.label for row in rows})
