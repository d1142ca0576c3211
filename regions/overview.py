"""Data of the network's pages: coverage by partners, and liaisons by sector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.ui import charts
from foundation.ui.shapes import TileGrid
from foundation.ui.tile_maps import GRIDS

from .coverage import Cell, CoverageLine, PartnerCoverage, coverage_of
from .models import Liaison, Region
from .network import codes_of, partners, tree
from .routing import Tree
from .vocabulary import Sector, Service


@dataclass(frozen=True)
class Column:
    """A region as the head of a column; `short` is the part of its code behind the hyphen."""

    code: str
    name: str

    @property
    def short(self) -> str:
        """BY for DE-BY."""
        return self.code.partition("-")[2] or self.code


@dataclass(frozen=True)
class OverviewRow:
    """A service or a sector with a cell for each column."""

    code: str
    label: str
    cells: tuple[tuple[Column, Cell], ...]

    @property
    def is_empty(self) -> bool:
        """Nobody in any of the regions."""
        return not any(cell.whole or cell.parts for _column, cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """A table with a row per purpose and a column per region."""

    columns: tuple[Column, ...]
    rows: tuple[OverviewRow, ...]
    lines: tuple[CoverageLine, ...]

    @property
    def empty_columns(self) -> list[str]:
        """Names of the regions with nobody at all."""
        pairs = zip(self.columns, self.lines, strict=True)
        return [column.name for column, line in pairs if not line.partners]

    @property
    def empty_rows(self) -> list[str]:
        """Labels of rows without any offer in the country."""
        return [row.label for row in self.rows if row.is_empty]


def columns_of(country: str) -> tuple[Column, ...]:
    """The regions that a country is shown by: those of its tile map, else the first level of its tree."""
    names = dict(Region.objects.in_country(country).values_list("code", Region.name_column()))
    codes = sorted(place.code for place in GRIDS[country] if place.code in names) if country in GRIDS else []
    if not codes:
        codes = list(Region.objects.in_country(country).at_level(1).order_by("code").values_list("code", flat=True))
    return tuple(Column(code, names[code]) for code in codes)


def matrix(
    columns: Sequence[Column], purposes: Iterable[tuple[str, object]], offers: Iterable[PartnerCoverage], parents: Tree
) -> Matrix:
    """The offers counted by purpose and region."""
    named = [(code, str(label)) for code, label in purposes]
    lines = coverage_of([column.code for column in columns], [code for code, _label in named], offers, parents)
    rows = tuple(
        OverviewRow(
            code, label, tuple((column, line.cells[place]) for column, line in zip(columns, lines, strict=True))
        )
        for place, (code, label) in enumerate(named)
    )
    return Matrix(tuple(columns), rows, tuple(lines))


def services_of(country: str) -> Matrix:
    """Partners by service and region."""
    offers = [
        PartnerCoverage(frozenset(profile.services), frozenset(codes_of(profile))) for profile in partners(country)
    ]
    return matrix(columns_of(country), Service.choices, offers, tree())


def liaisons_of(country: str) -> Matrix:
    """Liaisons by sector and region."""
    current = Liaison.objects.current().filter(region__country=country)
    offers = [
        PartnerCoverage(frozenset({sector}), frozenset({code}))
        for sector, code in current.values_list("sector", "region")
    ]
    return matrix(columns_of(country), Sector.choices, offers, tree())


def map_of(country: str, shown: Matrix) -> TileGrid | None:
    """The number of partners of each region as a tile map; None for a country without one."""
    if country not in GRIDS or not shown.columns:
        return None
    values: Mapping[str, int] = {line.region: line.partners for line in shown.lines}
    text = charts.Text(_("Partners by region"), head=_("Region"), column=_("Partners"), hidden="–")
    return charts.tile_grid(text, country, values, names={column.code: column.name for column in shown.columns})
