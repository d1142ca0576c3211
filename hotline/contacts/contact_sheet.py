"""A contact as labels and values, for the read-only page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .models import Contact, Topic


@dataclass(frozen=True)
class Fact:
    label: str | Promise
    value: str


def caller_of(contact: Contact) -> list[Fact]:
    return _filled(
        Fact(_("Caller"), str(contact.caller_type)),
        Fact(_("Language"), contact.get_language_display()),
        Fact(_("Name or alias"), contact.alias),
        Fact(_("Telephone"), contact.shown_phone),
    )


def place_facts_of(contact: Contact) -> list[Fact]:
    town = " ".join(filter(None, [contact.postal_code, contact.municipality]))
    region = contact.region.name if contact.region else ""
    source = f" ({contact.get_region_source_display()})" if region and contact.region_source else ""
    return _filled(Fact(_("Place"), town), Fact(_("Region"), f"{region}{source}"))


def person_of(contact: Contact) -> list[Fact]:
    return _filled(
        Fact(_("For the caller this is"), contact.get_relation_display()),
        Fact(_("Age"), contact.get_age_band_display()),
        Fact(_("Sex"), contact.get_sex_display()),
        Fact(_("Phenomenon"), contact.get_phenomenon_display()),
    )


def topics_of(contact: Contact) -> list[str]:
    return [str(topic) for topic in Topic.objects.filter(code__in=contact.topics)]


def _filled(*facts: Fact) -> list[Fact]:
    return [Fact(fact.label, capfirst(fact.value)) for fact in facts if fact.value]
