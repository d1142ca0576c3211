"""Applies input of the form to a contact in memory. The actions store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from foundation.privacy.blind_index import phone_index
from regions.phone_numbers import parse_number

from .models import Contact
from .place import follow_postal_code
from .vocabulary import CallerIdKind, RegionSource

EDITABLE = frozenset(
    {
        "kind", "channel", "started_at", "caller_type_id", "language", "relation", "alias", "phone", "country",
        "postal_code", "municipality", "region_id", "age_band", "sex", "phenomenon", "topics",
        "label", "advice", "notes", "is_hard",
    }
)  # fmt: skip
#: Columns that follow from fields of the form.
DERIVED = {"phone_index", "caller_id_kind", "region_id", "region_source"}


@dataclass(frozen=True)
class Edit:
    """A contact with new values that are not stored yet. ``fields``: those of the form that changed."""

    contact: Contact
    fields: frozenset[str] = frozenset()

    @property
    def columns(self) -> set[str]:
        """Everything that may have changed with the fields."""
        return {*self.fields, *DERIVED} if self.fields else set()


def edit(contact: Contact, changes: dict[str, Any]) -> Edit:
    """Set the values. Raises ValueError for a field that is not in the form."""
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    changed = frozenset(name for name, value in changes.items() if getattr(contact, name) != value)
    for name in changed:
        setattr(contact, name, changes[name])
    if changed & {"phone", "country"}:
        _recognisable(contact)
    if "region_id" in changed:
        contact.region_source = RegionSource.CHOSEN if contact.region_id else ""
    elif changed & {"postal_code", "country", "municipality"}:
        follow_postal_code(contact)
    return Edit(contact, changed)


def _recognisable(contact: Contact) -> None:
    """The number for the blind index, by which callers are recognised: only if valid, and transmitted or told."""
    number = parse_number(contact.phone, contact.country)
    contact.phone_index = phone_index(number.full) if number else None
    contact.caller_id_kind = CallerIdKind.SHOWN if number else CallerIdKind.UNKNOWN
