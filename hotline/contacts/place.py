"""Derives a contact's region from postal code, town and number. Never overwrites the handler's choice."""

from __future__ import annotations

from dataclasses import dataclass, field

from regions.lookup import places_of, regions_at, regions_with_town
from regions.models import Region
from regions.phone_numbers import PhoneNumber, countries_of, parse_number

from . import area_codes
from .models import Contact
from .vocabulary import RegionSource

MOST_OFFERS = 3  # places with the same name; with more of them any choice would be a guess


@dataclass(frozen=True)
class RegionChoice:
    """A region that the handler may choose. ``area``: the town of the landline prefix; empty for a postal code's."""

    region: Region
    area: str = ""


@dataclass(frozen=True)
class RegionSuggestion:
    """A contact's region, its source, and alternatives."""

    region: Region | None
    source: str
    towns: list[str] = field(default_factory=list)
    offers: list[RegionChoice] = field(default_factory=list)
    #: The postal code belongs to several regions, and neither a town nor a person has decided which.
    is_open: bool = False

    @property
    def mark(self) -> str:
        """A digest of what is shown."""
        offers = ",".join(offer.region.code for offer in self.offers)
        return f"{self.region.code if self.region else ''}|{self.source}|{','.join(self.towns)}|{offers}|{self.is_open}"


def follow_postal_code(contact: Contact) -> None:
    """Set the postal code's main region, or none if the code is unknown, unless the handler chose a region."""
    if contact.region_source == RegionSource.CHOSEN:
        return
    regions, _is_sure = _by_postal_code(contact)
    contact.region = regions[0] if regions else None
    contact.region_source = RegionSource.POSTAL_CODE if regions else ""


def choose(contact: Contact, region: Region | None) -> None:
    """Set the handler's choice; None derives the region from the postal code again."""
    contact.region = region
    contact.region_source = RegionSource.CHOSEN if region else ""
    if region is None:
        follow_postal_code(contact)


def place_of(contact: Contact) -> RegionSuggestion:
    """The place as the desk shows it."""
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
    """The initial country of a contact with this number: the number's if its regions are known, else ``home``."""
    countries = countries_of(number)
    if home in countries:
        return home
    known = set(Region.objects.at_level(0).filter(code__in=countries).values_list("code", flat=True))
    return next((country for country in countries if country in known), home)


def regions_of_town(country: str, town: str) -> list[Region]:
    """The regions with a municipality of this name; empty if there are none or more than ``MOST_OFFERS``."""
    found = list(regions_with_town(country, town).order_by("code")[: MOST_OFFERS + 1])
    return found if len(found) <= MOST_OFFERS else []
