"""What a partner reads before it answers: facts in words, a first text from codes, the check that it names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from hotline.models import CallerType, Contact, Topic
from hotline.vocabulary import AgeBand, Relation, Sex
from regions.models import Region
from regions.vocabulary import Language, Phenomenon, Service

UNSAID = frozenset({"", "unknown", None})
#: Forms of address and words for anybody: a text may hold them, whatever the caller wants to be called.
ADDRESSES = {
    "frau", "herr", "family", "familie", "famille", "madame", "monsieur", "miss", "person", "personne", "caller",
    "anrufer", "anruferin", "anrufende", "mother", "father", "sister", "brother", "mutter", "vater", "schwester",
    "bruder", "mère", "père", "sœur", "frère", "eltern", "parents",
}  # fmt: skip
LONG_ENOUGH = 4  # letters; a shorter part of a name stands in too many ordinary words
EMAIL = re.compile(r"\S+@\S+\.\w{2,}")
NUMBER = re.compile(r"\+?\d(?:[\s()/.–-]{0,3}\d){5,}")


def facts_in_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a summary as label and value, without those that nobody knows."""
    told = [
        (_("Place"), _region(facts)),
        (_("Phenomenon"), _label(Phenomenon, facts["phenomenon"])),
        (_("Topics"), _topics(facts["topics"])),
        (_("Caller"), _caller(facts["caller_type"])),
        (_("The person of concern is"), _label(Relation, facts["relation"])),
        (_("Age of the person"), _label(AgeBand, facts["age_band"])),
        (_("Sex of the person"), _label(Sex, facts["sex"])),
        (_("Language"), _label(Language, facts["language"])),
    ]
    return [(label, value) for label, value in told if value]


def first_text(facts: dict[str, Any], service: str, contact: Contact) -> str:
    """A careful text to start from, made of codes only; without what the check of names would refuse."""
    lines = [_("Needed: %(service)s.") % {"service": Service(service).label}]
    lines += [_("%(label)s: %(value)s.") % {"label": label, "value": value} for label, value in facts_in_words(facts)]
    return " ".join(line for line in lines if not names_in(line, contact))


def names_in(text: str, contact: Contact) -> list[str]:
    """What of the contact, or of anybody, the text gives away, in words; empty when nothing was found."""
    return list(_found(text, contact))


def _found(text: str, contact: Contact) -> Iterator[str]:
    if _name_in(text, contact.alias):
        yield _("The text holds what the caller wants to be called.")
    if _number_in(text, contact.phone):
        yield _("The text holds the caller’s telephone number.")
    elif NUMBER.search(text):
        yield _("The text holds a long number. Telephone numbers and the like go with the agreed fields only.")
    if contact.municipality.casefold() not in _region_names(contact) and _word_in(text, contact.municipality):
        yield _("The text holds the municipality; the region is enough before acceptance.")
    if _word_in(text, contact.postal_code):
        yield _("The text holds the postal code; the region is enough before acceptance.")
    if EMAIL.search(text):
        yield _("The text holds an e-mail address.")


def _name_in(text: str, alias: str) -> bool:
    parts = [
        part for part in re.findall(r"\w+", alias) if len(part) >= LONG_ENOUGH and part.casefold() not in ADDRESSES
    ]
    return _word_in(text, alias) or any(_word_in(text, part) for part in parts)


def _word_in(text: str, word: str) -> bool:
    wanted = word.strip().casefold()
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text.casefold()) is not None


def _number_in(text: str, phone: str) -> bool:
    """The last seven digits are compared: the text may write the number with or without its country code."""
    wanted = re.sub(r"\D", "", phone)[-7:]
    return len(wanted) >= 5 and any(wanted in re.sub(r"\D", "", found) for found in NUMBER.findall(text))


def _region_names(contact: Contact) -> set[str]:
    """A city state's municipality is its region, which the summary names anyway."""
    if contact.region is None:
        return set()
    return {getattr(contact.region, f"name_{language}").casefold() for language in ("en", "fr", "de")}


def _region(facts: dict[str, Any]) -> str:
    region = Region.objects.filter(pk=facts["region"] or facts["country"]).first()
    return region.name if region else str(facts["country"])


def _caller(code: str) -> str:
    found = None if code in UNSAID else CallerType.objects.filter(pk=code).first()
    return str(found) if found else ""


def _topics(codes: list[str]) -> str:
    return ", ".join(str(topic) for topic in Topic.objects.filter(pk__in=codes)) if codes else ""


def _label(choices: Any, code: str) -> str:
    return "" if code in UNSAID or code not in choices.values else str(choices(code).label)
