"""Telephone numbers as people say them. Pure, apart from the metadata of ``phonenumbers``."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from . import area_codes

# Numbers that stand for "withheld" and parse as foreign ones. They must never recognise a caller: strangers share them.
WITHHELD = (
    "anonymous",
    "restricted",
    "+266696687",
    "+7378742833",
    "+17378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
)


@dataclass(frozen=True)
class Number:
    """A valid number. ``area``: the town of a landline prefix, or empty; a hint only, since numbers move."""

    e164: str
    country: str
    area: str


def is_withheld(text: str) -> bool:
    """Whether this is one of the ways to say that a number is not shown."""
    return "".join(text.split()).lower().startswith(WITHHELD)


def parse_number(text: str, country: str) -> Number | None:
    """The number, read as from ``country`` (ISO 3166-1); None for anything that is not a valid, shown number."""
    compact = "".join(text.split())
    if not compact or is_withheld(compact):
        return None
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(parsed) or country
    return Number(e164, region, _area(parsed, e164))


def written(e164: str) -> str:
    """The number with its country's code and in groups, as people read it; as it is where it is none."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def _area(parsed: phonenumbers.PhoneNumber, e164: str) -> str:
    is_landline = phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE
    return area_codes.town(e164) if is_landline else ""
