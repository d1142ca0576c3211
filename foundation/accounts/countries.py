"""Countries (ISO 3166-1) with their names in the active language, and the time zones of each. No database."""

from __future__ import annotations

import gettext
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pycountry
from django.utils.translation import get_language

UTC = "UTC"
#: Format of zones that may be stored, without abbreviations and offsets ("EST", "Etc/GMT+3").
#: A constraint on accounts_organisation.time_zone has the same pattern.
ZONE_PATTERN = r"^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
PARTS_OF_THE_WORLD = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


def is_country(code: str) -> bool:
    return code in _english_names()


def country_name(code: str, language: str | None = None) -> str:
    """The name in the active or given language; the code itself if it is unknown."""
    english = _english_names().get(code)
    return code if english is None else _translated(english, (language or get_language() or "en")[:2])


def country_choices() -> list[tuple[str, str]]:
    """Every country as (code, name in the active language), by name."""
    return list(_choices((get_language() or "en")[:2]))


def time_zones_of(country: str) -> list[str]:
    """The zones of the country, main one first; empty for an unknown code."""
    return [zone for zone in _zones_by_country().get(country, ()) if is_zone(zone)]


def countries_of(zone: str) -> list[str]:
    return [country for country, zones in _zones_by_country().items() if zone in zones]


def is_zone(name: str) -> bool:
    """Whether it is a zone that people may choose."""
    return name in _zones()


def zone_choices(country: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones in two groups for a list: those of the country, then all others, by name."""
    own = time_zones_of(country)
    others = sorted(_zones() - set(own))
    groups = [(country_name(country), _named(own)), ("UTC, …", _named(others))]
    return [(label, choices) for label, choices in groups if choices]


def zone_or_utc(name: str) -> tuple[ZoneInfo, bool]:
    """The zone of that name, and whether it exists; else UTC."""
    try:
        return ZoneInfo(name), True
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC), False


def zone_meant(stored: str, country: str) -> str:
    """The zone for an invalid stored value: by its town ("Berlin"), else the country's main one, else UTC."""
    if is_zone(stored):
        return stored
    wanted = stored.strip().replace(" ", "_").casefold()
    own = time_zones_of(country)
    for zone in [*own, *sorted(_zones())]:
        if wanted and wanted in (zone.casefold(), zone.rpartition("/")[2].casefold()):
            return zone
    return own[0] if own else UTC


def _named(zones: list[str]) -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in zones]


@cache
def _zones() -> frozenset[str]:
    """Region/Town as in the tz database, and UTC."""
    return frozenset({UTC, *(name for name in available_timezones() if name.partition("/")[0] in PARTS_OF_THE_WORLD)})


@cache
def _zones_by_country() -> Mapping[str, list[str]]:
    """By zone.tab of the tz database: country code, coordinates, zone; the main zone of a country stands first."""
    found: dict[str, list[str]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return found


@cache
def _english_names() -> Mapping[str, str]:
    return {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    named = [(code, _translated(name, language)) for code, name in _english_names().items()]
    return tuple(sorted(named, key=lambda choice: _without_accents(choice[1])))


def _translated(english: str, language: str) -> str:
    catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
    return catalogue.gettext(english)


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
