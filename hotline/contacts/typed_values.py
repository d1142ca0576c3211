"""The values of a contact that a person typed, without defaults and values filled in by the system."""

from __future__ import annotations

from typing import Any

from django.db.models import Field

from foundation.journal.models import Event

from .editing import Edit
from .events import CONTACT_CORRECTED, CONTACT_SAVED
from .models import Contact
from .vocabulary import RegionSource

#: Texts that should not be lost by ending the contact as silent, in the order of the form.
TEXTS = ("alias", "phone", "postal_code", "municipality", "notes", "advice", "label")
#: Fields with a default, which count only when changed.
CHOICES = (
    "caller_type_id", "language", "country", "relation", "age_band", "sex", "phenomenon", "topics", "is_hard",
)  # fmt: skip
#: Filled in from the call, callback or message; they count only if a person has changed them.
FILLED_IN = {"phone", "language", "country"}


def written_texts(edited: Edit) -> list[str]:
    """The names of the fields with a text that a person wrote, now or earlier."""
    return _by_hand(edited, _filled(edited.contact))


def is_empty(edited: Edit) -> bool:
    """Whether nobody has entered anything: no text, no choice of a list, no region."""
    contact = edited.contact
    if contact.region_source == RegionSource.CHOSEN:
        return False
    chosen = [name for name in CHOICES if getattr(contact, name) != _default(name, contact)]
    names = [*_filled(contact), *chosen]
    return not names or (FILLED_IN.issuperset(names) and not _by_hand(edited, names))


def _filled(contact: Contact) -> list[str]:
    return [name for name in TEXTS if getattr(contact, name).strip()]


def _default(name: str, contact: Contact) -> Any:
    if name == "country":
        return contact.centre.country
    field = Contact._meta.get_field(name)
    assert isinstance(field, Field)
    return field.get_default()


def _by_hand(edited: Edit, names: list[str]) -> list[str]:
    if not (FILLED_IN - edited.fields).intersection(names):
        return names
    saves = Event.objects.filter(subject=edited.contact.pk, kind__in=(CONTACT_SAVED.code, CONTACT_CORRECTED.code))
    saved = {name for data in saves.values_list("data", flat=True) for name in data.get("fields", [])} | edited.fields
    return [name for name in names if name not in FILLED_IN or name in saved]
