"""What happened to a case, its contacts, assessments and referrals, in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.journal.models import Event
from triage.vocabulary import Disposition, Duty, Urgency

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SIZE = 30

#: Kind of event: icon and sentence. ``%(to)s`` and the like are filled from the event's data, see ``_Words``.
SENTENCES: dict[str, tuple[str, StrPromise]] = {
    "contact.opened": ("phone", _("Contact begun")),
    "contact.completed": ("phone", _("Contact completed")),
    "contact.corrected": ("pencil-line", _("Contact corrected")),
    "contact.taken": ("hand", _("Contact taken over")),
    "contact.assigned": ("user-check", _("Contact given to %(to)s")),
    "access.requested": ("key-round", _("Access to a contact asked for")),
    "access.granted": ("lock-open", _("Access to a contact granted for a time")),
    "access.refused": ("lock", _("Access to a contact refused")),
    "assessment.started": ("list-checks", _("Triage begun")),
    "assessment.completed": ("list-checks", _("Triage completed: %(disposition)s")),
    "assessment.waiting": ("user-round-search", _("Triage waits for a coordinator's confirmation: %(disposition)s")),
    "assessment.confirmed": ("badge-check", _("Triage confirmed by a second person: %(disposition)s")),
    "assessment.sent_back": ("corner-down-left", _("Triage sent back by the coordinator")),
    "assessment.discarded": ("trash-2", _("A triage begun by mistake was discarded")),
    "assessment.superseded": ("history", _("An earlier triage was replaced")),
    "case.opened": ("folder-open", _("Case opened: %(disposition)s, urgency: %(urgency)s")),
    "case.reassessed": ("folder-sync", _("New triage, the case is now: %(disposition)s, urgency: %(urgency)s")),
    "case.reassessment_due": ("triangle-alert", _("A new triage of a contact waits for somebody of this case")),
    "case.assigned": ("user-check", _("%(to)s is responsible")),
    "case.taken": ("hand", _("Taken over by %(to)s")),
    "case.released": ("user-x", _("Given back: nobody is responsible")),
    "case.contact_linked": ("link", _("Contact %(contact)s was added to the case")),
    "case.note_added": ("notebook-pen", _("Note written")),
    "case.renamed": ("pencil", _("New working title")),
    "case.conflict_noted": ("scale", _("Conflict of interest of %(organisation)s in this case noted")),
    "case.conflict_taken_back": ("scale", _("Conflict of interest of %(organisation)s in this case taken back")),
    "case.closed": ("archive", _("Case closed")),
    "case.closed_with_duties": ("archive", _("Case closed by a coordinator with open duties: %(duties)s")),
    "case.reopened": ("archive-restore", _("Case opened again")),
    "referral.drafted": ("pencil", _("Referral to %(organisation)s prepared")),
    "referral.offered": ("send", _("Referral offered to %(organisation)s")),
    "referral.question_asked": ("circle-question-mark", _("The partner asks a question")),
    "referral.question_answered": ("message-circle-reply", _("The partner's question was answered")),
    "referral.accepted": ("check", _("Referral accepted: the partner is responsible")),
    "referral.declined": ("x", _("Referral declined")),
    "referral.withdrawn": ("undo-2", _("Referral withdrawn")),
    "referral.reminded": ("bell", _("Reminder sent, the answer was due")),
    "referral.consent_ended": ("shield-alert", _("Consent does not cover the agreed fields any more")),
    "referral.escalated": ("bell-ring", _("Escalated to the coordinators, the answer is overdue")),
    "referral.expired": ("timer-off", _("Referral expired without an answer")),
    "referral.next_prepared": ("users", _("Referral to the next partner prepared")),
    "referral.no_partner_left": ("circle-alert", _("No further partner fits")),
    "referral.asked_again": ("rotate-ccw", _("The partner asks to be offered the case again")),
    "referral.kept": ("house", _("The centre keeps the case and asks no other partner for now")),
    "referral.feedback": ("message-square", _("Feedback from the partner")),
    "referral.returned": ("corner-down-left", _("Case returned by the partner")),
    "referral.completed": ("circle-check", _("Work of the partner completed")),
}
#: Of contacts and assessments, the single savings are no news of the case.
NO_NEWS = {
    "contact.saved", "contact.surfaced", "contact.received", "contact.returned", "assessment.edited",
    "contact.ending_planned", "contact.ending_undone",
}  # fmt: skip
#: What happened at the telephone has its own place, though a call shares its id with its contact.
NEWS = r"^(access|assessment|case|contact|referral|disclosure)\."


@dataclass(frozen=True)
class Entry:
    """``who`` is empty for what happened by itself."""

    event: Event
    icon: str
    what: str
    who: str


@dataclass(frozen=True)
class Timeline:
    """Newest first. ``older``: the number of the event before which there is more, or None."""

    entries: list[Entry]
    older: int | None


def timeline_of(case_id: uuid.UUID, subjects: Iterable[uuid.UUID] = (), before: int | None = None) -> Timeline:
    """What the reader may see of the case and of its contacts and assessments (``subjects``). Three queries at most."""
    events = Event.objects.filter(Q(case=case_id) | Q(subject__in=list(subjects))).filter(kind__regex=NEWS)
    events = events.exclude(kind__in=NO_NEWS)
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.select_related("actor").newest_first()[: SIZE + 1])
    shown = found[:SIZE]
    names = _names(shown)
    return Timeline(
        [Entry(event, *sentence(event.kind, event.data, names), _who(event)) for event in shown],
        shown[-1].pk if len(found) > SIZE else None,
    )


@dataclass(frozen=True)
class Names:
    people: Mapping[int, str]
    organisations: Mapping[int, str]


def sentence(kind: str, data: Mapping[str, Any], names: Names) -> tuple[str, str]:
    """Icon and words for an event; an unknown kind is still told, with its code."""
    if kind not in SENTENCES:
        return "circle", _now("Something else happened (%(kind)s)") % {"kind": kind}
    if kind == "case.closed" and data.get("duties"):
        kind = "case.closed_with_duties"
    icon, text = SENTENCES[kind]
    return icon, str(text) % _Words(data, names)


class _Words(dict[str, str]):
    """The words for what an event's data names by code. What is not there is told as a dash."""

    def __init__(self, data: Mapping[str, Any], names: Names) -> None:
        super().__init__(
            to=names.people.get(data.get("to") or 0, ""),
            organisation=names.organisations.get(data.get("organisation") or 0, ""),
            disposition=_label(Disposition, data.get("disposition")),
            urgency=_label(Urgency, data.get("urgency")),
            duties=", ".join(_label(Duty, code) for code in data.get("duties", ())),
            contact=f"C-{data['number']}" if data.get("number") else "",
        )

    def __getitem__(self, name: str) -> str:
        return self.get(name) or "–"


def _label(codes: type[Disposition] | type[Urgency] | type[Duty], code: Any) -> str:
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
