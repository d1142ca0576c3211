from __future__ import annotations

from regions.coverage import Cell, Extent, Line, Offer, coverage_of, missing_sectors

TREE = {"FR": None, "FR-ARA": "FR", "FR-01": "FR-ARA", "FR-69": "FR-ARA", "FR-PAC": "FR"}


def offer(services: str, *regions: str) -> Offer:
    return Offer(frozenset(services.split()), frozenset(regions))


def test_whole_parts_and_nothing() -> None:
    offers = [offer("exit school", "FR-ARA", "FR-01"), offer("exit", "FR"), offer("prison", "FR-69"), offer("school")]
    assert coverage_of(["FR-ARA", "FR-PAC"], ["exit", "prison", "school"], offers, TREE) == [
        Line("FR-ARA", 3, (Cell("exit", 2, 0), Cell("prison", 0, 1), Cell("school", 1, 0))),
        Line("FR-PAC", 1, (Cell("exit", 1, 0), Cell("prison", 0, 0), Cell("school", 0, 0))),
    ]


def test_a_gap_is_what_nobody_offers_anywhere_in_the_region() -> None:
    lines = coverage_of(["FR-ARA"], ["exit", "prison"], [offer("prison", "FR-69")], TREE)
    assert [cell.extent for cell in lines[0].cells] == [Extent.NONE, Extent.PARTS]
    assert lines[0].gaps == ["exit"]
    assert Cell("exit", 1, 1).extent is Extent.WHOLE


def test_sectors_without_a_liaison() -> None:
    known = {"DE-BE": {"police", "prison"}}
    assert missing_sectors(["police", "school", "prison"], known, "DE-BE") == ["school"]
    assert missing_sectors(["police", "school"], known, "DE-BB") == ["police", "school"]
