"""What somebody wrote into a contact, apart from its defaults and from what the system filled in."""

from __future__ import annotations

from typing import Any

from django.db.models import Field

from foundation.journal.models import Event

from .events import CONTACT_CORRECTED, CONTACT_SAVED
from .models import Contact
from .vocabulary import RegionSource

#: Texts that would be a pity to end as silent, in the order of the form.
TEXTS = ("alias", "phone", "postal_code", "municipality", "notes", "advice", "label")
#: What has a value from the start, which says nothing until somebody changes it.
CHOICES = (
    "caller_type_id", "language", "country", "relation", "age_band", "sex", "phenomenon", "topics", "is_hard",
)  # fmt: skip
#: Filled in from the call, the callback or the message; they count when a person has written them.
FILLED_IN = {"phone", "language", "country"}


def written_texts(contact: Contact) -> list[str]:
    """The names of the fields with a text that a person wrote."""
    filled = [name for name in TEXTS if getattr(contact, name).strip()]
    return _by_hand(contact, filled)


def is_empty(contact: Contact) -> bool:
    """Whether nobody has noted anything: neither a text nor an answer of a list nor a region."""
    chosen = [name for name in CHOICES if getattr(contact, name) != _default(name, contact)]
    is_placed = contact.region_source == RegionSource.CHOSEN
    return not (written_texts(contact) or _by_hand(contact, chosen) or is_placed)


def _default(name: str, contact: Contact) -> Any:
    if name == "country":
        return contact.centre.country
    field = Contact._meta.get_field(name)
    assert isinstance(field, Field)
    return field.get_default()


def _by_hand(contact: Contact, names: list[str]) -> list[str]:
    if not FILLED_IN.intersection(names):
        return names
    saves = Event.objects.filter(subject=contact.pk, kind__in=(CONTACT_SAVED.code, CONTACT_CORRECTED.code))
    saved = {name for data in saves.values_list("data", flat=True) for name in data.get("fields", [])}
    return [name for name in names if name not in FILLED_IN or name in saved]
