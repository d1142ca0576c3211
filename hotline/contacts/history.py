"""What happened to a contact, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.journal.models import Event

from .forms import ContactForm
from .models import Contact

WORDS: dict[str, tuple[str, str | Promise]] = {
    "contact.opened": ("circle-plus", _("Contact opened")),
    "contact.received": ("message-square", _("Came by message")),
    "contact.returned": ("undo-2", _("Given back, because the handler's telephone was not picked up")),
    "contact.saved": ("pencil", _("Written down")),
    "contact.corrected": ("pencil-line", _("Corrected")),
    "contact.ending_planned": ("timer", _("Ended without counselling, to be undone for ten seconds")),
    "contact.ending_undone": ("undo-2", _("The ending was undone")),
    "contact.completed": ("circle-check", _("Completed")),
    "contact.taken": ("hand", _("Taken over")),
    "contact.assigned": ("user-check", _("Assigned")),
    "contact.surfaced": ("bell", _("Shown to the whole shift, because nobody had worked on it")),
    "access.requested": ("key-round", _("Access asked for")),
    "access.granted": ("lock-open", _("Access granted for a time")),
    "access.refused": ("lock", _("Access refused")),
}


@dataclass(frozen=True)
class Entry:
    event: Event
    icon: str
    what: str | Promise
    detail: str


def history_of(contact: Contact) -> list[Entry]:
    """Newest first; only what the reader may see."""
    events = list(Event.objects.filter(subject=contact.pk, kind__in=WORDS).select_related("actor").newest_first()[:100])
    names = _people(events)
    return [_entry(event, names) for event in events]


def _entry(event: Event, names: dict[int, str]) -> Entry:
    icon, what = WORDS.get(event.kind, ("circle", event.kind))
    return Entry(event, icon, what, _detail(event, names))


def _detail(event: Event, names: dict[int, str]) -> str:
    if "fields" in event.data:
        return ", ".join(str(FIELD_LABELS.get(name, name)) for name in event.data["fields"])
    person = event.data.get("to") or event.data.get("from")
    return names.get(person, "") if person else ""


def _people(events: list[Event]) -> dict[int, str]:
    keys = {event.data.get("to") or event.data.get("from") for event in events} - {None}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


FIELD_LABELS: dict[str, str | Promise] = {
    **{name: field.label or name for name, field in ContactForm.base_fields.items()},
    "caller_type_id": ContactForm.base_fields["caller_type"].label or "",
    "region_id": _("Region"),
}
