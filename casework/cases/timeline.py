"""The timeline of a case in words: events of the case, its contacts, assessments and referrals."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.journal.models import Event
from foundation.journal.registry import all_kinds, codes_in_case
from foundation.privacy.event_kinds import EventKind
from triage.vocabulary import Disposition, Duty, Urgency

from .events import CASE_CLOSED, CASE_REOPENED
from .timeline_filters import NEWEST, Wish, codes_of
from .vocabulary import CloseReason, PrintPurpose, ReopenCause

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SIZE = 30

#: Where the object of an event is shown, by its type.
PAGES = {"action": "cases:action", "question": "cases:question"}
WITH_DUTIES = _("Case closed by a coordinator with open duties: %(duties)s")


@dataclass(frozen=True)
class TimelineEntry:
    """``who`` is empty for events of a service. ``is_new``: since the reader looked before, and not by the reader."""

    event: Event
    icon: str
    what: str
    who: str
    is_new: bool = False

    @property
    def url(self) -> str:
        """The page of what it is about, if that has one of its own."""
        kind = all_kinds().get(self.event.kind)
        name = PAGES.get(kind.subject) if kind else None
        return reverse(name, args=[self.event.subject]) if name else ""


@dataclass(frozen=True)
class Timeline:
    """Newest first. ``older``: the id for ``before`` of the next page, or None."""

    entries: list[TimelineEntry]
    older: int | None
    wish: Wish = NEWEST

    @property
    def new(self) -> list[TimelineEntry]:
        return [entry for entry in self.entries if entry.is_new]

    @property
    def has_more_new(self) -> bool:
        """Whether the next page begins with new ones too, as far as this one tells."""
        return self.older is not None and bool(self.entries) and self.entries[-1].is_new


def timeline_of(
    case_id: uuid.UUID,
    subjects: Iterable[uuid.UUID] = (),
    wish: Wish = NEWEST,
    *,
    reader: int | None = None,
    size: int = SIZE,
) -> Timeline:
    """Visible events of the case, its contacts and assessments (``subjects``). At most three queries.

    ``reader``: the key of the user for whom new ones are marked.
    """
    kinds = codes_of(wish.show) if wish.show else codes_in_case()
    events = Event.objects.filter(Q(case=case_id) | Q(subject__in=list(subjects))).filter(kind__in=kinds)
    if wish.before is not None:
        events = events.filter(pk__lt=wish.before)
    found = list(events.select_related("actor").newest_first()[: size + 1])
    shown = found[:size]
    names = _names(shown)
    return Timeline(
        [
            TimelineEntry(event, *sentence(event.kind, event.data, names), _who(event), wish.is_new(event, reader))
            for event in shown
        ],
        shown[-1].pk if len(found) > size else None,
        wish,
    )


@dataclass(frozen=True)
class Names:
    people: Mapping[int, str]
    organisations: Mapping[int, str]


def sentence(code: str, data: Mapping[str, Any], names: Names) -> tuple[str, str]:
    """Icon and sentence for an event; for an unknown kind, its code."""
    kind = all_kinds().get(code)
    if kind is None or kind.case_sentence is None:
        return "circle", _now("Something else happened (%(kind)s)") % {"kind": code}
    return kind.icon, str(_text(kind, data)) % _Words(data, names)


def _text(kind: EventKind, data: Mapping[str, Any]) -> StrOrPromise | None:
    """Older events of closing and opening again have no reason."""
    if kind in (CASE_CLOSED, CASE_REOPENED) and not data:
        return kind.sentence
    return WITH_DUTIES if kind is CASE_CLOSED and data.get("duties") else kind.case_sentence


class _Words(dict[str, str]):
    """The labels of codes in an event's data; a dash for missing ones."""

    def __init__(self, data: Mapping[str, Any], names: Names) -> None:
        super().__init__(
            to=names.people.get(data.get("to") or 0, ""),
            organisation=names.organisations.get(data.get("organisation") or 0, ""),
            disposition=_label(Disposition, data.get("disposition")),
            urgency=_label(Urgency, data.get("urgency")),
            action=_label(Duty, data.get("duty")) or _now("Action"),
            duties=", ".join(_label(Duty, code) for code in data.get("duties", ())),
            contact=f"C-{data['number']}" if data.get("number") else "",
            purpose=_label(PrintPurpose, data.get("purpose")),
            reason=_label(CloseReason, data.get("reason")),
            cause=_label(ReopenCause, data.get("cause")),
        )

    def __getitem__(self, name: str) -> str:
        return self.get(name) or "–"


def _label(codes: type[TextChoices], code: Any) -> str:
    return str(codes(code).label) if code in codes.values else ""


def _names(events: list[Event]) -> Names:
    people = {event.data.get("to") for event in events} - {None}
    organisations = {event.data.get("organisation") for event in events} - {None}
    return Names(
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
        dict(Organisation.objects.filter(pk__in=organisations).values_list("pk", "name")) if organisations else {},
    )


def _who(event: Event) -> str:
    return "" if event.actor.service else event.actor.name
