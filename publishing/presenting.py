"""A release as a page: charts with their tables. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ui import charts
from ui.shapes import Value
from ui.tile_maps import GRIDS

from .comparing import Change, changes
from .content import TOTAL, WITHHELD, Chart, Content, Figure, PeriodKind, Span, Table
from .evaluation import Indicator, indicators


@dataclass(frozen=True)
class Section:
    """``chart``: None for a table that is not drawn. ``before``: the other release's totals, by row."""

    table: Table
    chart: Any
    before: dict[str, Figure]

    @property
    def rows(self) -> list[tuple[Any, Figure | None]]:
        return [(row, self.before.get(row.code)) for row in self.table.rows]


@dataclass(frozen=True)
class Page:
    content: Content
    title: str
    sections: list[Section]
    indicators: list[Indicator]
    changes: list[Change]
    before: Content | None
    before_title: str
    trend: Any
    """Months of both releases, one line each; None where there are no months to compare."""


def page(content: Content, before: Content | None = None) -> Page:
    """``before``: an earlier release to compare with."""
    return Page(
        content=content,
        title=name(content.span),
        sections=[_section(content, table, before) for table in content.tables],
        indicators=indicators(content),
        changes=changes(content, before) if before else [],
        before=before,
        before_title=name(before.span) if before else "",
        trend=_trend(content, before) if before else None,
    )


def name(span: Span) -> str:
    """The period in words, in the active language."""
    if span.kind == PeriodKind.YEAR:
        return _("The year %(year)s") % {"year": span.first.year}
    if span.kind == PeriodKind.QUARTER:
        quarter = (span.first.month + 2) // 3
        return _("Quarter %(quarter)s of %(year)s") % {"quarter": quarter, "year": span.first.year}
    return f"{MONTHS[span.first.month]} {span.first.year}"


def _trend(now: Content, before: Content) -> Any:
    """Counselling contacts by month; drawn only where both releases have columns for months."""
    lines = [(name(one.span), [_value(figure) for figure in _months(one)]) for one in (before, now)]
    length = len(lines[0][1])
    if not length or len(lines[1][1]) != length:
        return None
    text = charts.Text(
        title=_("Counselling contacts by month"), head=_("Month"), column=_("How many"), hidden=f"<{now.small}"
    )
    return charts.lines(text, [date_format(day, "M") for day in now.span.months], lines)


def _months(content: Content) -> tuple[Figure, ...]:
    total = content.table("caller_group").total
    return total.figures[:-1] if total else ()


def _section(content: Content, table: Table, before: Content | None) -> Section:
    other: dict[str, Figure] = {}
    if before:
        try:
            other = {row.code: row.total for row in before.table(table.code).rows}
        except LookupError:
            other = {}
    return Section(table, _chart(content, table), other)


def _chart(content: Content, table: Table) -> Any:
    is_withheld = any(WITHHELD in row.figures for row in table.rows)
    hidden = _("not shown") if is_withheld else f"<{content.small}"
    text = charts.Text(
        title=table.title, description=table.definition, head=_("Category"), column=_("How many"), hidden=hidden
    )
    if table.chart == Chart.STACKED:
        months, total = table.columns[:-1], table.total
        columns = range(len(months))
        return charts.stacked_bars(
            text,
            [date_format(day, "M") for day in content.span.months],
            [(row.label, drawn) for row in table.body if any(drawn := [_value(row.figures[at]) for at in columns])],
            totals=[_value(total.figures[at]) for at in columns] if total else None,
        )
    if table.chart == Chart.MAP:
        on_map = {place.code for place in GRIDS[content.country]}
        regions = {row.code: row for row in table.body if row.code in on_map}
        values = {code: _value(row.total) for code, row in regions.items()}
        return charts.tile_grid(text, content.country, values, names={code: row.label for code, row in regions.items()})
    if table.chart == Chart.BARS:
        return charts.horizontal_bars(text, [(row.label, _value(row.total)) for row in table.body if row.code != TOTAL])
    return None


def _value(figure: Figure) -> Value:
    return figure if isinstance(figure, int) else None


def said(figure: Figure | None) -> str:
    """As it stands in a table."""
    if figure is None:
        return "–"
    return pgettext("figure", "withheld") if figure == WITHHELD else str(figure)
