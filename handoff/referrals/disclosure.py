"""The fields of a contact that can be disclosed to a partner, and the content of each."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.contacts.models import Contact

from .models import Disclosure
from .vocabulary import IDENTIFYING, Disclosable


@dataclass(frozen=True)
class Preview:
    """A field with its content as the partner will read it."""

    name: str
    label: str
    value: str
    is_identifying: bool


def previews(contact: Contact) -> list[Preview]:
    """The fields that are not empty."""
    found = [(name, disclosed_value(contact, name)) for name in Disclosable]
    return [Preview(name.value, str(name.label), value, name in IDENTIFYING) for name, value in found if value]


def disclosed_value(contact: Contact, name: str) -> str:
    """The content of a field of the contact, as text."""
    if name == Disclosable.PLACE:
        return " ".join(part for part in (contact.postal_code, contact.municipality) if part)
    if name == Disclosable.PHONE:
        return contact.shown_phone
    return str(getattr(contact, name))


def agreed(disclosure: Disclosure | None) -> list[Preview]:
    """The fields of a disclosure, in the order of ``Disclosable``."""
    if disclosure is None:
        return []
    held = [(name, disclosure.fields[name]) for name in Disclosable if name in disclosure.fields]
    return [Preview(name.value, str(name.label), value, name in IDENTIFYING) for name, value in held]
