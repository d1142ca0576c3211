"""The region tree of a country as ISO 3166 has it (package pycountry), with names in English, French and German."""

from __future__ import annotations

import csv
import gettext
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pycountry

from .vocabulary import RegionKind

COUNTRIES = ("DE", "FR", "BE", "AT", "CH", "NL", "LU")
LANGUAGES = ("en", "fr", "de")
NAMES_FILE = Path(__file__).parent / "data" / "region_names.csv"

#: Deviations from ISO: Métropole de Lyon and Rhône share one prefecture. See docs/data/postal-codes.md.
PARENTS = {"FR-69M": "FR-69"}
KINDS = (RegionKind.COUNTRY, RegionKind.STATE, RegionKind.DISTRICT)


@dataclass(frozen=True)
class RegionNode:
    """One region of the tree; `names` in the order of LANGUAGES."""

    code: str
    country: str
    parent: str | None
    level: int
    kind: RegionKind
    names: tuple[str, ...]


def nodes(country: str) -> list[RegionNode]:
    """The country and all its subdivisions, parents before children. Raises LookupError for an unknown country."""
    found = pycountry.countries.get(alpha_2=country)
    if found is None:
        raise LookupError(country)
    native = {country: getattr(found, "common_name", found.name)}
    parents: dict[str, str | None] = {country: None}
    for part in pycountry.subdivisions.get(country_code=country) or []:  # type: ignore[no-untyped-call]
        native[part.code] = part.name
        parents[part.code] = PARENTS.get(part.code) or part.parent_code or country
    return sorted(_build(country, native, parents), key=lambda node: (node.level, node.code))


def _build(country: str, native: Mapping[str, str], parents: Mapping[str, str | None]) -> Iterator[RegionNode]:
    for code, parent in parents.items():
        level = _depth(code, parents)
        domain = "iso3166-2" if parent else "iso3166-1"
        yield RegionNode(code, country, parent, level, KINDS[min(level, 2)], names_of(code, native[code], domain))


def _depth(code: str, parents: Mapping[str, str | None]) -> int:
    parent = parents[code]
    return 0 if parent is None else 1 + _depth(parent, parents)


def names_of(code: str, native: str, domain: str) -> tuple[str, ...]:
    """The names in LANGUAGES: ours where we have one, else the catalogue's, else the name as ISO writes it."""
    own = _own_names().get(code, {})
    return tuple(own.get(language) or _translator(domain, language)(native) for language in LANGUAGES)


@cache
def _translator(domain: str, language: str) -> Callable[[str], str]:
    """pycountry's catalogue; it has none for English, whose names are the native ones or ours."""
    return gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True).gettext


@cache
def _own_names() -> dict[str, dict[str, str]]:
    with NAMES_FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
