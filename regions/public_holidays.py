"""Public holidays by package `holidays`. Values in, values out: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import get_language

from .routing import Tree, path_up
from .working_hours import Holidays, no_holidays


def public_holidays(country: str, *subdivisions: str) -> Holidays:
    """Public holidays of the first subdivision that the package knows, else the country's.

    A country that the package does not know has none.
    """
    for subdivision in (*subdivisions, None):
        if _is_known(country, subdivision):
            return lambda day: day in _holidays_of(country, subdivision, day.year)
    return no_holidays


def holidays_of_region(region: str, tree: Tree) -> Holidays:
    """The holidays that hold in all of the region (its ISO 3166-2 code, or a country's code)."""
    return in_every([public_holidays(*place) for place in _places(region, tree)])


def in_every(places: Collection[Holidays]) -> Holidays:
    """The days that are a holiday in each of the places; none where no place is named."""
    if not places:
        return no_holidays
    return lambda day: all(is_holiday(day) for is_holiday in places)


def holiday_name(day: date, regions: Collection[str], tree: Tree) -> str:
    """The name of a holiday in the active language, else in the country's; empty when there is none that day."""
    for region in regions:
        for country, *subdivisions in _places(region, tree):
            known = next((code for code in (*subdivisions, None) if _is_known(country, code)), "")
            if known != "" and (name := _package(country, known, day.year, get_language()).get(day)):
                return str(name)
    return ""


def _places(region: str, tree: Tree) -> list[tuple[str, ...]]:
    """The region as (country, subdivision ...), or its parts where the package knows them and not the whole."""
    country, _, subdivision = region.partition("-")
    path = [code.partition("-")[2] for code in path_up(region, tree) if "-" in code]
    if not subdivision or _is_known(country, subdivision):
        return [(country, *path)]
    parts = [code for code, parent in tree.items() if parent == region]
    return [place for part in parts for place in _places(part, tree)] or [(country, *path)]


@cache
def _is_known(country: str, subdivision: str | None) -> bool:
    try:
        found = _package(country, None)
    except NotImplementedError:
        return False
    return subdivision is None or subdivision in found.subdivisions


@cache
def _holidays_of(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    found = frozenset(_package(country, subdivision, year))
    if subdivision is not None:
        return found
    parts = [_holidays_of(country, part, year) for part in _package(country, None).subdivisions]
    return found.union(frozenset.intersection(*parts)) if parts else found


@cache
def _package(country: str, subdivision: str | None, year: int | None = None, language: str | None = None) -> Any:
    # Loaded with the first question: 18 MB and a tenth of a second, which processes that never ask are spared.
    import holidays

    made = holidays.country_holidays(country, subdiv=subdivision, years=year)
    if language is None:
        return made
    spoken = {code[:2]: code for code in made.supported_languages}
    return holidays.country_holidays(country, subdiv=subdivision, years=year, language=spoken.get(language[:2]))
