"""From a postal code to its regions."""

from __future__ import annotations

from django.db.models import Q

from .models import TOWNS, PostalCode, Region, RegionQuerySet
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


def regions_with_town(country: str, town: str) -> RegionQuerySet:
    """The regions with a municipality of this name.

    French postal codes name the arrondissements of a large city: "Paris 1er Arrondissement" counts as Paris.
    """
    part = Q(places__startswith=f"{town} ", places__contains="Arrondissement")
    codes = PostalCode.objects.alias(towns=TOWNS).filter(Q(towns__contains=[town]) | part, country=country)
    # Distinct: else PostgreSQL compares each region with each postal code of the town.
    return Region.objects.filter(code__in=codes.values("region").distinct())
