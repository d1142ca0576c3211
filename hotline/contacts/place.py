"""From what is known about the place to a region. Nothing here overwrites what the handler chose."""

from __future__ import annotations

from dataclasses import dataclass, field

from regions.lookup import places_of, regions_at, regions_with_town
from regions.models import Region
from regions.phone_numbers import PhoneNumber, countries_of, parse_number

from . import area_codes
from .models import Contact
from .vocabulary import RegionSource

MOST_OFFERS = 3  # of places with the same name; more would be guessing


@dataclass(frozen=True)
class RegionChoice:
    """A region that the handler may choose. ``area``: the town of the landline prefix; empty for a postal code's."""

    region: Region
    area: str = ""


@dataclass(frozen=True)
class RegionSuggestion:
    """A contact's region, where it comes from, and what else it could be."""

    region: Region | None
    source: str
    towns: list[str] = field(default_factory=list)
    offers: list[RegionChoice] = field(default_factory=list)
    #: The code lies in several regions, and neither a town nor a person has said in which.
    is_open: bool = False

    @property
    def mark(self) -> str:
        """Changes with whatever is shown."""
        offers = ",".join(offer.region.code for offer in self.offers)
        return f"{self.region.code if self.region else ''}|{self.source}|{','.join(self.towns)}|{offers}|{self.is_open}"


def follow_postal_code(contact: Contact) -> None:
    """Set the main region of the postal code, or none for an unknown one, unless the handler chose a region."""
    if contact.region_source == RegionSource.CHOSEN:
        return
    regions, _is_sure = _by_postal_code(contact)
    contact.region = regions[0] if regions else None
    contact.region_source = RegionSource.POSTAL_CODE if regions else ""


def choose(contact: Contact, region: Region | None) -> None:
    """The handler's choice stays; choosing none leaves it to the postal code again."""
    contact.region = region
    contact.region_source = RegionSource.CHOSEN if region else ""
    if region is None:
        follow_postal_code(contact)


def place_of(contact: Contact) -> RegionSuggestion:
    """What the desk shows about the place."""
    by_code, is_sure = _by_postal_code(contact)
    towns = places_of(contact.country, contact.postal_code)[:2] if by_code else []
    offers = [RegionChoice(region) for region in by_code] or _by_number(contact)
    return RegionSuggestion(
        contact.region,
        contact.get_region_source_display(),
        towns,
        [offer for offer in offers if offer.region.code != contact.region_id],
        bool(by_code) and not is_sure and contact.region_source == RegionSource.POSTAL_CODE,
    )


def _by_postal_code(contact: Contact) -> tuple[list[Region], bool]:
    if not contact.postal_code:
        return [], False
    return regions_at(contact.country, contact.postal_code, contact.municipality)


def _by_number(contact: Contact) -> list[RegionChoice]:
    number = parse_number(contact.phone, contact.country)
    area = area_codes.town(number.e164) if number and number.is_landline else ""
    if number is None or not area:
        return []
    return [RegionChoice(region, area) for region in regions_of_town(number.country, area)]


def country_of(number: PhoneNumber, home: str) -> str:
    """Where a contact with this number begins: in the number's country if we know its regions, else at ``home``."""
    countries = countries_of(number)
    if home in countries:
        return home
    known = set(Region.objects.at_level(0).filter(code__in=countries).values_list("code", flat=True))
    return next((country for country in countries if country in known), home)


def regions_of_town(country: str, town: str) -> list[Region]:
    """The regions with a municipality of this name; empty when there are none, or so many that a guess is worthless."""
    found = list(regions_with_town(country, town).order_by("code")[: MOST_OFFERS + 1])
    return found if len(found) <= MOST_OFFERS else []
