"""Search in what is not encrypted: references, exact telephone numbers, places and working titles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models.expressions import RawSQL

from privacy.blind_index import phone_index
from regions.phone_numbers import parse_number
from regions.plain_text import plain
from regions.postal_code_table import country_of_prefix, normalise

from .models import ContactQuerySet
from .references import read_reference

DIGITS_OF_A_PHONE = 6  # at least; a shorter one is dialled inside a house
SHORTEST = 2
LONGEST = 120


@dataclass(frozen=True)
class Wanted:
    """What somebody typed into the search, read. ``phone_digest`` is the blind index of a number, in hexadecimal.

    ``letter`` and ``number`` are those of a reference; what it leads to is looked for by its text too.
    """

    text: str
    letter: str = ""
    number: int | None = None
    phone_digest: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.phone_digest and len(self.text) < SHORTEST

    @property
    def case_reference(self) -> str:
        return f"F-{self.number}" if self.letter == "F" else ""


def read(text: str, country: str) -> Wanted:
    """``country`` (ISO 3166-1): where a number without prefix is dialled."""
    text = " ".join(plain(text.replace("\x00", "")).split())[:LONGEST]
    if found := read_reference(text):
        return Wanted(text, *found)
    number = parse_number(text, country)
    if number and sum(sign.isdigit() for sign in text) >= DIGITS_OF_A_PHONE:
        return Wanted(text, phone_digest=phone_index(number.full).hex())
    return Wanted(text)


def read_digest(digest: str) -> Wanted:
    """A number that was already turned into its blind index: so it stands in no address and no history."""
    return Wanted("", phone_digest=digest if re.fullmatch(r"[0-9a-f]{64}", digest) else "")


def matching(contacts: ContactQuerySet, wanted: Wanted, country: str) -> ContactQuerySet:
    """Those of ``contacts`` that fit; none for an empty search. All words must stand in working title or place.

    A postal code's municipalities count as its place.
    """
    if wanted.is_empty:
        return contacts.none()
    if wanted.letter == "C" and wanted.number is not None:
        return contacts.filter(number=wanted.number)
    if wanted.phone_digest:
        return contacts.filter(phone_index=bytes.fromhex(wanted.phone_digest))
    words = sorted(wanted.text.split(), key=len, reverse=True)
    place = normalise(country_of_prefix(wanted.text) or country, wanted.text)
    return contacts.filter(pk__in=RawSQL("select ntk.contacts_with(%s, %s)", [words, place]))
