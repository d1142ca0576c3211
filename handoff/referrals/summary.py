"""The summary that a partner reads before it answers: facts in words, a generated text, the check for names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.cases.models import Case, CaseContact
from hotline.contacts.models import CallerType, Contact, Topic
from hotline.contacts.vocabulary import AgeBand, Relation, Sex
from regions.lookup import places_of
from regions.models import Region
from regions.vocabulary import Language, Phenomenon, Service

from .names import KnownNames, find

UNSAID = frozenset({"", "unknown", None})


def facts_in_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The known facts of a summary as label and value."""
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
    """A text to start from, generated from codes only, without anything that the check for names would refuse."""
    lines = [_("Needed: %(service)s.") % {"service": Service(service).label}]
    lines += [_("%(label)s: %(value)s.") % {"label": label, "value": value} for label, value in facts_in_words(facts)]
    return " ".join(line for line in lines if not names_in(line, contact))


def names_in(text: str, contact: Contact) -> list[str]:
    """Identifying data in the text, in words; empty if there is none."""
    return [finding.said for finding in find(text, known_of([contact]))]


def known_of(contacts: Iterable[Contact]) -> KnownNames:
    """Identifying data of the contacts, which a text may not contain. Makes no queries."""
    several = list(contacts)
    return KnownNames(
        names=tuple(str(contact.alias) for contact in several),
        phones=tuple(str(contact.phone) for contact in several),
        codes=tuple(contact.postal_code for contact in several),
        towns=tuple(contact.municipality for contact in several),
        public=frozenset(name for contact in several for name in _region_names(contact)),
    )


def known_of_case(case: Case) -> KnownNames:
    """Identifying data of all contacts of the case that the actor may read, with the municipalities of postal codes."""
    linked = CaseContact.objects.filter(case=case).values("contact")
    mine = Q(pk__in=linked) | Q(pk=case.assessment.contact_id)
    contacts = list(Contact.objects.filter(mine).select_related("region", "data_key"))
    known = known_of(contacts)
    towns = {town for one in contacts if one.postal_code for town in places_of(one.country, one.postal_code)}
    return replace(known, towns=(*known.towns, *sorted(towns)))


def _region_names(contact: Contact) -> set[str]:
    """Names of the region, which the summary contains anyway; a city state is region and municipality."""
    if contact.region is None:
        return set()
    return {getattr(contact.region, f"name_{language}") for language in ("en", "fr", "de")}


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
