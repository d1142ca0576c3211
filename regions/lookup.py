"""Finds the regions of a postal code or town."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from foundation.privacy.compiled import Given, compiled

from .models import TOWNS, PostalCode, Region, RegionQuerySet
from .postal_code_table import is_cedex, normalise, same_town


def region_for(country: str, postal_code: str) -> list[Region]:
    """The regions of a postal code, the main one first; empty when we do not know the code."""
    country = country.upper()
    return _at(country, normalise(country, postal_code))


def regions_of(country: str, postal_code: str) -> RegionQuerySet:
    """As `region_for`, as a query that can go on."""
    country = country.upper()
    return Region.objects.for_postal_code(country, normalise(country, postal_code))


@compiled
def _at(country: Given, code: Given) -> RegionQuerySet:
    return Region.objects.for_postal_code(country, code)


def regions_at(country: str, postal_code: str, town: str) -> tuple[list[Region], bool]:
    """The regions of a postal code, the most likely first, and whether the first is certain.

    For a code in two regions the town decides, if it is in only one of them. Business mail in France (CEDEX) has codes
    without a municipality: the département follows from the town, or from the first digits.
    """
    country = country.upper()
    regions = region_for(country, postal_code)
    if not regions and country == "FR" and is_cedex(town):
        return _of_business_mail(normalise(country, postal_code), town)
    if len(regions) < 2 or not town.strip():
        return regions, len(regions) == 1
    rows = PostalCode.objects.filter(country=country, code=normalise(country, postal_code))
    here = {row.region_id for row in rows if any(same_town(town, place) for place in row.places.split(", "))}
    regions.sort(key=lambda region: region.code not in here)
    return regions, len(here) == 1


def _of_business_mail(code: str, town: str) -> tuple[list[Region], bool]:
    """By the codes of the same département: those begin with the same two digits, overseas and in Corsica three."""
    start = code[: 3 if code.startswith(("20", "97", "98")) else 2]
    rows = list(PostalCode.objects.filter(country="FR", code__startswith=start, is_main=True)) if len(code) == 5 else []
    of_town = [row for row in rows if any(same_town(town, place) for place in row.places.split(", "))]
    counted = Counter(row.region_id for row in of_town or rows)
    regions = sorted(Region.objects.filter(code__in=counted), key=lambda region: -counted[region.code])
    return regions, len(regions) == 1 or bool(of_town)


def places_of(country: str, postal_code: str) -> list[str]:
    """Names of the municipalities with this postal code, those of the main region first."""
    country = country.upper()
    found = PostalCode.objects.filter(country=country, code=normalise(country, postal_code)).order_by("-is_main", "pk")
    return [place for row in found for place in row.places.split(", ")]


def regions_with_town(country: str, town: str) -> RegionQuerySet:
    """The regions with a municipality of this name.

    French postal codes name the arrondissements of a large city: "Paris 1er Arrondissement" counts as Paris.
    """
    part = Q(places__startswith=f"{town} ", places__contains="Arrondissement")
    codes = PostalCode.objects.alias(towns=TOWNS).filter(Q(towns__contains=[town]) | part, country=country)
    # Distinct, because otherwise PostgreSQL compares each region with each postal code of the town.
    return Region.objects.filter(code__in=codes.values("region").distinct())
