"""Loads the reference tables from files. Used for set-up."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from django.db import transaction

from .administrative_tree import COUNTRIES, RegionNode, nodes
from .models import PostalCode, Region
from .postal_code_table import PostalCodeRow, read

SHIPPED = Path(__file__).parent / "data" / "postal_codes.csv.gz"
BATCH = 2000


@transaction.atomic
def load_regions(countries: Sequence[str] = COUNTRIES) -> int:
    """Insert and update the tree of each country; returns the number of regions. Nothing is ever deleted."""
    trees = [nodes(country) for country in countries]
    levels = sorted((node for tree in trees for node in tree), key=lambda node: node.level)
    for _level, of_level in groupby(levels, key=lambda node: node.level):
        Region.objects.bulk_create(
            [_region(node) for node in of_level],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["country", "parent", "level", "kind", "name_en", "name_fr", "name_de"],
        )
    return len(levels)


def _region(node: RegionNode) -> Region:
    english, french, german = node.names
    return Region(
        code=node.code,
        country=node.country,
        parent_id=node.parent,
        level=node.level,
        kind=node.kind,
        name_en=english,
        name_fr=french,
        name_de=german,
    )


def load_shipped_postal_codes(countries: Iterable[str] = ()) -> int:
    """Load the postal codes that come with Lotse, of all countries or of those named; returns the number of rows."""
    wanted = set(countries)
    with gzip.open(SHIPPED, "rt", encoding="utf-8", newline="") as file:
        rows = [
            PostalCodeRow(
                line["country"], line["postal_code"], line["place"], line["region_code"], line["main"] == "yes"
            )
            for line in csv.DictReader(file)
            if not wanted or line["country"] in wanted
        ]
    replace_postal_codes(rows)
    return len(rows)


def import_postal_codes(lines: Iterable[str], *, country: str) -> int:
    """Replace a country's postal codes by those of a CSV file; a wrong row raises BadTable, and nothing is written."""
    known = dict(Region.objects.values_list("code", "country"))
    rows = read(lines, country=country, regions=known)
    replace_postal_codes(rows)
    return len(rows)


@transaction.atomic
def replace_postal_codes(rows: Sequence[PostalCodeRow]) -> None:
    """The countries of the rows have exactly these codes afterwards."""
    PostalCode.objects.filter(country__in={row.country for row in rows}).delete()
    PostalCode.objects.bulk_create(
        (
            PostalCode(country=row.country, code=row.code, places=row.places, region_id=row.region, is_main=row.is_main)
            for row in rows
        ),
        batch_size=BATCH,
    )
