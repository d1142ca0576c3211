"""Which fields of a contact can be agreed to go to a partner, and what exactly each would disclose."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.contacts.models import Contact

from .models import Disclosure
from .vocabulary import IDENTIFYING, Disclosable


@dataclass(frozen=True)
class Preview:
    """A field with its content as the partner would read it."""

    name: str
    label: str
    value: str
    is_identifying: bool


def previews(contact: Contact) -> list[Preview]:
    """The fields that hold something."""
    found = [(name, disclosed_value(contact, name)) for name in Disclosable]
    return [Preview(name.value, str(name.label), value, name in IDENTIFYING) for name, value in found if value]


def disclosed_value(contact: Contact, name: str) -> str:
    """What a field of the contact says, as text."""
    if name == Disclosable.PLACE:
        return " ".join(part for part in (contact.postal_code, contact.municipality) if part)
    if name == Disclosable.PHONE:
        return contact.shown_phone
    return str(getattr(contact, name))


def agreed(disclosure: Disclosure | None) -> list[Preview]:
    """What a disclosure holds, in the order of the list."""
    if disclosure is None:
        return []
    held = [(name, disclosure.fields[name]) for name in Disclosable if name in disclosure.fields]
    return [Preview(name.value, str(name.label), value, name in IDENTIFYING) for name, value in held]
