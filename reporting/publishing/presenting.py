"""The page of a release: charts with their tables. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.ui import charts
from foundation.ui.shapes import localised

from . import charting, differences
from .comparing import Change, changes
from .content import WITHHELD, Chart, Content, Figure, PeriodKind, Span, Table
from .evaluation import Indicator, indicators
from .form_texts import WORDS
from .periods import span


@dataclass(frozen=True)
class TableSection:
    """``chart``: None if there is nothing to draw. ``before``: the other release's totals, by row.

    ``notes``: what is not in the chart, and figures that do not add up.
    """

    table: Table
    chart: Any
    before: dict[str, Figure]
    notes: list[str]

    @property
    def rows(self) -> list[tuple[Any, Figure | None]]:
        return [(row, self.before.get(row.code)) for row in self.table.rows]


@dataclass(frozen=True)
class Page:
    """``method``: how to read the figures, in the words of the PDF. ``exact``: the same for exact tables."""

    content: Content
    method: list[str]
    exact: str
    title: str
    sections: list[TableSection]
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
        method=WORDS[content.language].method_rules(content.small, content.base),
        exact=WORDS[content.language].exact,
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


def name_of(code: str) -> str:
    """The name of the period with this code, in the active language."""
    return name(span(code))


def _trend(now: Content, before: Content) -> Any:
    """Counselling contacts by month; only if both releases have columns for months."""
    withheld = said(WITHHELD)
    lines = [(name(one.span), [charting.value(figure, withheld) for figure in _months(one)]) for one in (before, now)]
    length = len(lines[0][1])
    if not length or len(lines[1][1]) != length:
        return None
    text = charts.Text(title=_("Counselling contacts by month"), head=_("Month"), column=_("How many"))
    days = zip(before.span.months, now.span.months, strict=True)
    names = [" / ".join(dict.fromkeys(date_format(day, "M") for day in both)) for both in days]
    return charts.lines(text, names, lines)


def _months(content: Content) -> tuple[Figure, ...]:
    total = content.table("caller_group").total
    return total.figures[:-1] if total else ()


def _section(content: Content, table: Table, before: Content | None) -> TableSection:
    other: dict[str, Figure] = {}
    if before:
        try:
            other = {row.code: row.total for row in before.table(table.code).rows}
        except LookupError:
            other = {}
    notes = differences.notes(content, table, WORDS[content.language])
    chart = _chart(content, table)
    drawn = chart if chart is not None and not chart.empty else None
    return TableSection(table, drawn, other, [*_not_on_the_map(content, table), *notes])


def _chart(content: Content, table: Table) -> Any:
    withheld = said(WITHHELD)
    text = charts.Text(title=table.title, description=table.definition, head=_("Category"), column=_("How many"))
    kind = charting.kind_of(table, content.country)
    if kind == Chart.STACKED:
        return charting.stacked(text, table, [date_format(day, "M") for day in content.span.months], withheld)
    if kind == Chart.MAP:
        return charting.tile_map(text, table, content.country, withheld)
    return charting.bars(text, table.body, withheld) if kind == Chart.BARS else None


def _not_on_the_map(content: Content, table: Table) -> list[str]:
    if charting.kind_of(table, content.country) != Chart.MAP:
        return []
    words = WORDS[content.language]
    rows = charting.elsewhere(table, content.country)
    named = words.semicolon.join(f"{row.label}{words.colon}{words.figure(row.total)}" for row in rows)
    return [f"{words.not_on_the_map}{words.colon}{named}."] if named else []


def said(figure: Figure | None) -> str:
    """The figure as text, in the active language."""
    if figure is None:
        return "–"
    if isinstance(figure, int):
        return localised(figure)
    return pgettext("figure", "withheld") if figure == WITHHELD else figure
