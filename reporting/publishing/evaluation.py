"""Indicators of the work of centre and partners: shares of published figures, with definitions and biases. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.figures.measure import Share
from reporting.figures.measures import MEASURES

from .content import Content, Figure, Table


@dataclass(frozen=True)
class Indicator:
    """``share``: whole per cent, from rounded figures; None if a figure is hidden."""

    code: str
    label: str
    share: int | None
    definition: str
    bias: str


def indicators(content: Content) -> list[Indicator]:
    """The indicators in the order of the measures, of the tables that the release has."""
    tables = {table.code: table for table in content.tables}
    return [_indicator(tables[one.code], one.share) for one in MEASURES if one.share and one.code in tables]


def _indicator(table: Table, wanted: Share) -> Indicator:
    part = _sum(table, wanted.part)
    whole = _sum(table, wanted.whole) if wanted.whole else _number(table.total.total if table.total else None)
    share = min(100, round(100 * part / whole)) if part is not None and whole else None
    return Indicator(wanted.code, str(wanted.label), share, str(wanted.definition), table.bias)


def _sum(table: Table, codes: Sequence[str]) -> int | None:
    figures = [_number(row.total) for row in table.body if row.code in codes]
    known = [figure for figure in figures if figure is not None]
    return sum(known) if figures and len(known) == len(figures) else None


def _number(figure: Figure | None) -> int | None:
    return figure if isinstance(figure, int) else None
