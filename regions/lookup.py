"""From a postal code to its regions."""

from __future__ import annotations

from .models import PostalCode, Region, RegionQuerySet
from .postal_code_table import normalise


def region_for(country: str, postal_code: str) -> list[Region]:
    """The regions of a postal code, the main one first; empty when we do not know the code."""
    return list(regions_of(country, postal_code))


def regions_of(country: str, postal_code: str) -> RegionQuerySet:
    """As `region_for`, as a query that can go on."""
    country = country.upper()
    return Region.objects.for_postal_code(country, normalise(country, postal_code))


def places_of(country: str, postal_code: str) -> list[str]:
    """Names of the municipalities with this postal code, those of the main region first."""
    country = country.upper()
    found = PostalCode.objects.filter(country=country, code=normalise(country, postal_code)).order_by("-is_main", "pk")
    return [place for row in found for place in row.places.split(", ")]
