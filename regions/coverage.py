"""Coverage of regions by partners, and gaps. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .routing import Tree, path_up


class Extent(StrEnum):
    """How far a region is covered for one purpose."""

    WHOLE = "whole"
    PARTS = "parts"
    NONE = "none"


@dataclass(frozen=True)
class PartnerCoverage:
    """One partner for this purpose: what it does and the codes of its regions."""

    services: frozenset[str]
    regions: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """Partners for one service in one region: `whole` cover all of it, `parts` only regions below it."""

    service: str
    whole: int
    parts: int

    @property
    def extent(self) -> Extent:
        """Whether anybody is there for the whole region, for parts of it, or nobody."""
        if self.whole:
            return Extent.WHOLE
        return Extent.PARTS if self.parts else Extent.NONE


@dataclass(frozen=True)
class CoverageLine:
    """One region with a cell for each service, in the order asked for."""

    region: str
    partners: int
    cells: tuple[Cell, ...]


def coverage_of(
    regions: Sequence[str], services: Sequence[str], offers: Iterable[PartnerCoverage], tree: Tree
) -> list[CoverageLine]:
    """A line for each region. National partners without regions of their own are no coverage of a region."""
    placed = list(offers)
    return [_line(region, services, placed, tree) for region in regions]


def _line(region: str, services: Sequence[str], offers: Sequence[PartnerCoverage], tree: Tree) -> CoverageLine:
    above = set(path_up(region, tree))
    whole = [offer for offer in offers if offer.regions & above]
    parts = [
        offer
        for offer in offers
        if not offer.regions & above and any(region in path_up(code, tree) for code in offer.regions)
    ]
    cells = tuple(Cell(service, _offering(whole, service), _offering(parts, service)) for service in services)
    return CoverageLine(region, len(whole) + len(parts), cells)


def _offering(offers: Sequence[PartnerCoverage], service: str) -> int:
    return sum(service in offer.services for offer in offers)
