"""The history of a contact in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.journal.models import Event
from foundation.privacy.event_kinds import kinds_of

from . import events
from .forms import ContactForm
from .models import Contact

#: Kinds about the contact itself; messages and calls are shown elsewhere.
TOLD = {kind.code: kind for kind in kinds_of(events) if kind.subject == "contact"}


@dataclass(frozen=True)
class HistoryEntry:
    event: Event
    icon: str
    what: str | Promise
    detail: str


def history_of(contact: Contact) -> list[HistoryEntry]:
    """Events that the reader may see, newest first."""
    found = list(Event.objects.filter(subject=contact.pk, kind__in=TOLD).select_related("actor").newest_first()[:100])
    names = _people(found)
    return [_entry(event, names) for event in found]


def _entry(event: Event, names: dict[int, str]) -> HistoryEntry:
    kind = TOLD[event.kind]
    return HistoryEntry(event, kind.icon, kind.sentence, _detail(event, names))


def _detail(event: Event, names: dict[int, str]) -> str:
    if "fields" in event.data:
        return ", ".join(str(FIELD_LABELS.get(name, name)) for name in event.data["fields"])
    person = event.data.get("to") or event.data.get("from")
    return names.get(person, "") if person else ""


def _people(found: list[Event]) -> dict[int, str]:
    keys = {event.data.get("to") or event.data.get("from") for event in found} - {None}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


FIELD_LABELS: dict[str, str | Promise] = {
    **{name: field.label or name for name, field in ContactForm.base_fields.items()},
    "caller_type_id": ContactForm.base_fields["caller_type"].label or "",
    "region_id": _("Region"),
}
