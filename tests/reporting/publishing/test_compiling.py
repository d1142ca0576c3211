"""Compiling a document from cells: every key has a row, parts and totals agree, wrong counts are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from people import People

from regions.loading import load_regions
from reporting.publishing import gathering
from reporting.publishing.compiling import Compiled, Numbers, compile_release
from reporting.publishing.periods import span

pytestmark = pytest.mark.django_db
MONTH = date(2026, 3, 1)
KEYS = {
    "contacts": "all", "caller_group": "relative", "caller_type": "parent", "channel": "phone", "language": "de",
    "phenomenon": "unknown", "age_band": "unknown", "sex": "male", "minor": "unknown", "disposition": "none",
    "security": "no", "repeat": "first",
}  # fmt: skip


def compiled(people: People, numbers: Numbers) -> Compiled:
    until = datetime(2026, 4, 2, tzinfo=UTC)
    reference = gathering.reference(people.centre)
    return compile_release(span("2026-03"), numbers, reference, small=10, base=10, counted_until=until)


def cells(number: int, **keys: str) -> dict[Any, int]:
    return {(measure, MONTH, key): number for measure, key in {**KEYS, **keys}.items()}


def test_tables_that_count_the_same_must_agree(people: People) -> None:
    load_regions(["DE"])
    right = cells(47, region="DE-BY")
    assert compiled(people, right).withheld == 0
    for measure in KEYS.keys() - {"contacts"}:
        with pytest.raises(ValueError, match="disagree"):
            compiled(people, {cell: number for cell, number in right.items() if cell[0] != measure})


@pytest.mark.parametrize("country", ["DE", "FR", "BE", "NL", "LU"])
def test_every_region_that_can_be_counted_has_its_row(people: People, country: str) -> None:
    """A contact in a province, a region above it, or nowhere."""
    load_regions([country])
    people.centre.country = country
    regions = [entry.code for entry in gathering.reference(people.centre).regions]
    for region in [*regions[:1], *regions[-1:], "abroad", "unknown"]:
        made = compiled(people, cells(47, region=region))
        table = next(one for one in made.stored["tables"] if one["code"] == "region")
        assert [row["code"] for row in table["rows"] if row["figures"] == [50]] == [region, "total"]
        assert table["chart"] == ("map" if country in ("DE", "FR", "BE") else "bars")


def test_rows_and_labels_do_not_depend_on_the_counts(people: People) -> None:
    load_regions(["DE"])
    shapes = [
        [
            (table["code"], [row["code"] for row in table["rows"]])
            for table in compiled(people, numbers).stored["tables"]
        ]
        for numbers in ({}, cells(1, region="DE-BY"), cells(470, region="DE-BY"))
    ]
    assert shapes[0] == shapes[1] == shapes[2]


def rows_of(people: People, code: str, **keys: str) -> dict[str, dict[str, Any]]:
    made = compiled(people, cells(47, **keys))
    table = next(one for one in made.stored["tables"] if one["code"] == code)
    return {row["code"]: row for row in table["rows"]}


def test_a_detail_names_its_group_and_never_bears_the_groups_name(people: People) -> None:
    load_regions(["DE"])
    detail, groups = (rows_of(people, code, region="DE-BY") for code in ("caller_type", "caller_group"))
    assert detail["parent"]["group"] == detail["relative"]["group"] == "relative"
    assert detail["school"]["group"] == "school"
    assert detail["relative"]["label"]["en"] == "Relative, nothing more known"
    assert detail["relative"]["label"]["de"] == "Angehörige, ohne nähere Angabe"
    assert detail["school"]["label"] == groups["school"]["label"]
    assert groups["relative"]["label"]["en"] == "Relative"
    assert not any("group" in row for row in groups.values())


def test_region_beside_its_provinces_counts_only_unspecified_contacts(people: People) -> None:
    load_regions(["BE"])
    people.centre.country = "BE"
    rows = rows_of(people, "region", region="BE-VAN")
    assert rows["BE-VAN"]["group"] == "BE-VLG"
    assert rows["BE-VLG"]["label"]["en"].endswith(", no place known")
    assert ", no place known" not in rows["BE-BRU"]["label"]["en"]
    assert ", no place known" not in rows["BE-VAN"]["label"]["en"]
