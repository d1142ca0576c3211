"""Search in what is not encrypted: references, exact telephone numbers, places and working titles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models.expressions import RawSQL

from privacy.blind_index import phone_index
from regions.phone_numbers import parse_number
from regions.postal_code_table import normalise

from .models import ContactQuerySet

CONTACT_REFERENCE = re.compile(r"C-?(\d{1,15})", re.IGNORECASE)
CASE_REFERENCE = re.compile(r"F-?\d{1,15}(?:[-/]\d{1,15})*", re.IGNORECASE)
DIGITS_OF_A_PHONE = 6  # at least; a shorter one is dialled inside a house
SHORTEST = 2
LONGEST = 120


@dataclass(frozen=True)
class Wanted:
    """What somebody typed into the search, read. ``phone_digest`` is the blind index of a number, in hexadecimal."""

    text: str
    number: int | None = None
    case_reference: str = ""
    phone_digest: str = ""

    @property
    def is_empty(self) -> bool:
        return self.number is None and not self.phone_digest and len(self.text) < SHORTEST


def read(text: str, country: str) -> Wanted:
    """``country`` (ISO 3166-1): where a number without prefix is dialled."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if found := CONTACT_REFERENCE.fullmatch(text):
        return Wanted(text, number=int(found[1]))
    if CASE_REFERENCE.fullmatch(text):
        return Wanted(text, case_reference=text.upper())
    number = parse_number(text, country)
    if number and sum(sign.isdigit() for sign in text) >= DIGITS_OF_A_PHONE:
        return Wanted(text, phone_digest=phone_index(number.full).hex())
    return Wanted(text)


def read_digest(digest: str) -> Wanted:
    """A number that was already turned into its blind index: so it stands in no address and no history."""
    return Wanted("", phone_digest=digest if re.fullmatch(r"[0-9a-f]{64}", digest) else "")


def matching(contacts: ContactQuerySet, wanted: Wanted, country: str) -> ContactQuerySet:
    """Those of ``contacts`` that fit; none for an empty search. All words must stand in working title or place."""
    if wanted.is_empty:
        return contacts.none()
    if wanted.number is not None:
        return contacts.filter(number=wanted.number)
    if wanted.phone_digest:
        return contacts.filter(phone_index=bytes.fromhex(wanted.phone_digest))
    longest, *others = sorted(map(_pattern, wanted.text.split()), key=len, reverse=True)
    place = normalise(country, wanted.text)
    return contacts.filter(pk__in=RawSQL("select ntk.contacts_with(%s, %s, %s)", [longest, others, place]))


def _pattern(word: str) -> str:
    """For LIKE, wherever the word stands; signs that mean something there mean themselves."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"
