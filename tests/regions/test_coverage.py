from __future__ import annotations

from regions.coverage import Cell, CoverageLine, Extent, PartnerCoverage, coverage_of

TREE = {"FR": None, "FR-ARA": "FR", "FR-01": "FR-ARA", "FR-69": "FR-ARA", "FR-PAC": "FR"}


def offer(services: str, *regions: str) -> PartnerCoverage:
    return PartnerCoverage(frozenset(services.split()), frozenset(regions))


def test_coverage_is_whole_partial_or_none() -> None:
    offers = [offer("exit school", "FR-ARA", "FR-01"), offer("exit", "FR"), offer("prison", "FR-69"), offer("school")]
    assert coverage_of(["FR-ARA", "FR-PAC"], ["exit", "prison", "school"], offers, TREE) == [
        CoverageLine("FR-ARA", 3, (Cell("exit", 2, 0), Cell("prison", 0, 1), Cell("school", 1, 0))),
        CoverageLine("FR-PAC", 1, (Cell("exit", 1, 0), Cell("prison", 0, 0), Cell("school", 0, 0))),
    ]


def test_how_far_a_region_is_covered() -> None:
    assert [Cell("exit", *counts).extent for counts in ((1, 1), (0, 1), (0, 0))] == [
        Extent.WHOLE,
        Extent.PARTS,
        Extent.NONE,
    ]
