"""Search in fields that are not encrypted: references, exact telephone numbers, places and working titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from foundation.privacy.blind_index import phone_index
from foundation.ui.pagination import Page, first_of, page_of
from regions.phone_numbers import parse_number
from regions.plain_text import plain
from regions.postal_code_table import country_of_prefix, normalise

from .models import Contact, ContactQuerySet
from .references import read_reference

DIGITS_OF_A_PHONE = 6  # minimum; shorter numbers are internal extensions
SHORTEST = 2
#: Numbers of newest contacts that are scanned before the index is used: enough to fill a page with a word that every
#: tenth, fortieth or hundredth contact has.
READ_FIRST = (300, 1000, 3000)
NEWEST_BY = "started_at"
ONE_WORD = """(((hotline_contact.label <> '' or hotline_contact.municipality <> '')
    and ntk.searchable(hotline_contact.label || ' ' || hotline_contact.municipality) like %s)
    or hotline_contact.country || hotline_contact.postal_code = any(%s))"""
ITS_PLACE = "(%s <> '' and hotline_contact.postal_code = %s)"
LONGEST = 120


@dataclass(frozen=True)
class Wanted:
    """A parsed search. ``phone_digest``: the blind index of a number, in hexadecimal.

    ``letter`` and ``number``: of a reference; its text is searched for as well.
    """

    text: str
    letter: str = ""
    number: int | None = None
    phone_digest: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.phone_digest and len(self.text) < SHORTEST

    @property
    def words(self) -> list[str]:
        """Longest first: the index is most selective for long words."""
        return sorted(self.text.split(), key=len, reverse=True)

    def place_in(self, country: str) -> str:
        """The text as a postal code; empty if it is not one."""
        return normalise(country_of_prefix(self.text) or country, self.text)


def read(text: str, country: str) -> Wanted:
    """Parse the text. ``country`` (ISO 3166-1): for numbers without a country code."""
    text = " ".join(plain(text.replace("\x00", "")).split())[:LONGEST]
    if found := read_reference(text):
        return Wanted(text, *found)
    number = parse_number(text, country)
    if number and sum(sign.isdigit() for sign in text) >= DIGITS_OF_A_PHONE:
        return Wanted(text, phone_digest=phone_index(number.full).hex())
    return Wanted(text)


def read_digest(digest: str) -> Wanted:
    """A search by a blind index, so that the number is in no URL and no browser history."""
    return Wanted("", phone_digest=digest if re.fullmatch(r"[0-9a-f]{64}", digest) else "")


def matching(contacts: ContactQuerySet, wanted: Wanted, country: str) -> ContactQuerySet:
    """Those of ``contacts`` that match; none for an empty search. All words must occur in working title or place.

    A postal code's municipalities count as its place.
    """
    if wanted.is_empty:
        return contacts.none()
    if wanted.letter == "C" and wanted.number is not None:
        return contacts.filter(number=wanted.number)
    if wanted.phone_digest:
        return contacts.filter(phone_index=bytes.fromhex(wanted.phone_digest))
    return _with_words(contacts, wanted.words, wanted.place_in(country))


def page_of_found(
    contacts: ContactQuerySet, wanted: Wanted, country: str, *, after: str = "", before: str = ""
) -> Page:
    """A page of the results of ``matching``, newest first.

    The index of words has to return all matches before the first can be shown, which is slow for a common word. So the
    newest contacts are scanned first, and the index is used only if they do not fill the page.
    """
    is_by_words = not (wanted.is_empty or wanted.letter == "C" or wanted.phone_digest)
    rows = contacts if is_by_words else matching(contacts, wanted, country)
    take = partial(_take, wanted.words, wanted.place_in(country)) if is_by_words else first_of
    return page_of(rows, column=NEWEST_BY, after=after, before=before, take=take)


def _take(words: list[str], place: str, ordered: ContactQuerySet, count: int) -> list[Contact]:
    condition = fits(words, place)
    for many in READ_FIRST:
        found = list(_first_in_time(ordered, many).filter(condition)[:count])
        if len(found) == count:
            return found
        if not found:
            break
    return list(_with_words(ordered, words, place)[:count])


def _with_words(contacts: ContactQuerySet, words: list[str], place: str) -> ContactQuerySet:
    return contacts.filter(pk__in=RawSQL("select ntk.contacts_with(%s, %s)", [words, place]))


def _first_in_time(ordered: ContactQuerySet, many: int) -> ContactQuerySet:
    """About the first ``many`` contacts: up to the start time of the last of them.

    Two queries, so that the second is planned with a constant time and scans the index on time.
    """
    last = ordered.values_list(NEWEST_BY, flat=True)[many : many + 1].first()
    side = "gte" if str(ordered.query.order_by[0]).startswith("-") else "lte"
    return ordered.filter(**{f"{NEWEST_BY}__{side}": last}) if last else ordered


def fits(words: list[str], place: str) -> RawSQL:
    """The condition of ``ntk.contacts_with`` for one row. Evaluated after row-level security: it is not leakproof."""
    with connection.cursor() as cursor:
        cursor.execute("select anywhere, towns from ntk.search_terms(%s)", [words])
        terms = cursor.fetchall()
    every = " and ".join([ONE_WORD] * len(terms))
    values = [value for term in terms for value in term]
    return RawSQL(f"({every} or {ITS_PLACE})", [*values, place, place], output_field=BooleanField())  # noqa: S611  joined of constants
