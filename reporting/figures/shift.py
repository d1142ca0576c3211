"""The shift page: waiting callers, handlers on duty, and work that waits for a decision. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from handoff.referrals.models import Referral
from handoff.referrals.next_steps import next_steps
from handoff.referrals.states import ReferralState
from hotline.contacts.desk import access_to_decide, contacts_for_shift, open_contacts
from hotline.contacts.models import Callback
from hotline.switchboard.models import Command, Voicemail
from hotline.switchboard.states import CommandState
from hotline.switchboard.vocabulary import CommandKind
from hotline.texting.models import TextMessage
from hotline.texting.states import NOT_DELIVERED
from triage.models import Assessment

#: Number of listed items per kind of work, the most urgent first. The counts include all.
NAMED = 5
#: Failures are shown for this time: a shift and the next one.
FAILURES_OF = timedelta(hours=16)


@dataclass(frozen=True)
class WaitingItem:
    """One waiting item: since ``at``, or until ``due_at``."""

    key: str
    url: str
    title: str
    detail: str | Promise
    at: datetime | None = None
    due_at: datetime | None = None
    is_urgent: bool = False


@dataclass(frozen=True)
class Work:
    """Items that wait for the same kind of decision. ``number`` may be greater than the number of listed rows."""

    key: str
    title: str | Promise
    icon: str
    url: str
    number: int
    rows: list[WaitingItem]
    is_pressing: bool = False


def work(user: User, centre: Organisation, now: datetime) -> dict[str, Any]:
    """Work that waits for this coordinator, most urgent kinds first, without empty ones."""
    kinds = [
        _failed_messages(centre, now),
        _lost_voicemails(centre, now),
        _overdue(centre, now),
        _questions(centre),
        _next_steps(user, centre),
        _confirmations(user, centre),
        _unfinished(user),
        _callbacks(now),
        _own_contacts(user),
    ]
    found = [kind for kind in kinds if kind.number]
    return {
        "work": sorted(found, key=lambda kind: not kind.is_pressing),
        "problems": _problems(centre, now),
        "access_requests": access_to_decide(user, centre),
    }


def _some(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """The number of rows, and the first of them. One query if there are few."""
    first = list(rows[: NAMED + 1])
    return (rows.count() if len(first) > NAMED else len(first)), first[:NAMED]


def _referrals(referrals: Iterable[Referral]) -> list[WaitingItem]:
    return [
        WaitingItem(
            key=f"referral-{referral.pk}",
            url=reverse("handoff:referral", args=[referral.pk]),
            title=f"{referral.reference} · {referral.organisation.name}",
            detail=_why(referral) if referral.ended_at else referral.contact_person.name,
            at=referral.ended_at,
            due_at=None if referral.ended_at else referral.due_at,
            is_urgent=referral.urgency == "urgent",
        )
        for referral in referrals
    ]


def _why(referral: Referral) -> str:
    state = referral.get_state_display()
    reason = referral.get_decline_reason_display()
    return f"{state}: {reason}" if reason else state


def _overdue(centre: Organisation, now: datetime) -> Work:
    late = Referral.objects.filter(centre=centre, state=ReferralState.OFFERED, due_at__lt=now)
    number, rows = _some(late.select_related("organisation", "contact_person").order_by("due_at", "id"))
    url = reverse("handoff:board") + "#h-overdue"
    title = _("Overdue answers")
    return Work("overdue", title, "alarm-clock", url, number, _referrals(rows), is_pressing=True)


def _questions(centre: Organisation) -> Work:
    asked = Referral.objects.filter(centre=centre, state=ReferralState.QUESTION)
    number, rows = _some(asked.select_related("organisation", "contact_person").order_by("due_at", "id"))
    url = reverse("handoff:board") + "#h-question"
    return Work("question", _("Questions from partners"), "circle-question-mark", url, number, _referrals(rows))


def _next_steps(user: User, centre: Organisation) -> Work:
    back = next_steps(user, centre).select_related("referral__organisation")
    number, rows = _some(back.order_by("-referral__urgency", "referral__ended_at", "pk"))
    url = reverse("handoff:board") + "#h-next_step"
    title = _("Need a next step")
    return Work("next_step", title, "signpost", url, number, _referrals(row.referral for row in rows), is_pressing=True)


def _confirmations(user: User, centre: Organisation) -> Work:
    waiting = Assessment.objects.waiting().filter(centre=centre).exclude(completed_by=user)
    number, found = _some(waiting.select_related("contact", "completed_by").order_by("completed_at", "id"))
    rows = [
        WaitingItem(
            key=f"assessment-{one.pk}",
            url=reverse("triage:confirmation", args=[one.pk]),
            title=one.contact.reference,
            detail=one.completed_by.name if one.completed_by else "",
            at=one.completed_at,
            is_urgent=one.proposed_urgency == "urgent",
        )
        for one in found
    ]
    url = reverse("triage:confirmations")
    return Work("confirm", _("Decisions to confirm"), "user-check", url, number, rows, is_pressing=True)


def _unfinished(user: User) -> Work:
    waiting = contacts_for_shift(user)
    rows = [
        WaitingItem(
            key=f"contact-{contact.pk}",
            url=reverse("hotline:contact", args=[contact.pk]),
            title=f"{contact.reference} · {contact.label}" if contact.label else contact.reference,
            detail=contact.handler.name if contact.handler else _("Nobody's yet"),
            at=contact.started_at,
        )
        for contact in waiting[:NAMED]
    ]
    url = reverse("hotline:desk") + "#shift"
    return Work("unfinished", _("Unfinished contacts"), "hand", url, len(waiting), rows)


def _callbacks(now: datetime) -> Work:
    due = Callback.objects.open().filter(due_at__lte=now).order_by("-is_urgent", "due_at", "id")
    number, found = _some(due)
    rows = [
        WaitingItem(
            key=f"callback-{one.pk}",
            url=reverse("hotline:callbacks"),
            title=one.get_origin_display().capitalize(),
            detail=one.get_language_display(),
            due_at=one.due_at,
            is_urgent=one.is_urgent,
        )
        for one in found
    ]
    return Work("callbacks", _("Callbacks due"), "phone-outgoing", reverse("hotline:callbacks"), number, rows)


def _own_contacts(user: User) -> Work:
    mine = open_contacts(user)
    rows = [
        WaitingItem(
            key=f"own-{contact.pk}",
            url=reverse("hotline:desk_contact", args=[contact.pk]),
            title=contact.reference,
            detail=contact.label or str(contact.caller_type or ""),
            at=contact.started_at,
        )
        for contact in mine[:NAMED]
    ]
    return Work("own", _("My open contacts"), "pencil", reverse("hotline:desk"), len(mine), rows)


def _failed_messages(centre: Organisation, now: datetime) -> Work:
    """Messages that failed, until another one is sent to or received from the contact."""
    later = TextMessage.objects.filter(contact=OuterRef("contact"), made_at__gt=OuterRef("made_at"))
    lost = TextMessage.objects.filter(centre=centre, state__in=NOT_DELIVERED, made_at__gt=now - FAILURES_OF)
    failed = lost.filter(~Exists(later), is_from_caller=False)
    number, found = _some(failed.select_related("contact").order_by("-made_at", "id"))
    rows = [
        WaitingItem(
            key=f"message-{one.pk}",
            url=reverse("hotline:contact", args=[one.contact_id]),
            title=one.contact.reference,
            detail=one.get_channel_display(),
            at=one.made_at,
        )
        for one in found
    ]
    url = rows[0].url if rows else ""
    return Work("messages", _("Messages not delivered"), "message-square-x", url, number, rows, is_pressing=True)


def _lost_voicemails(centre: Organisation, now: datetime) -> Work:
    """Voicemails without sound, until the callback in the worklist is done."""
    open_ones = Q(call__callback=None) | Q(call__callback__ended_at=None)
    lost = Voicemail.objects.filter(open_ones, centre=centre, lost_at__isnull=False)
    number, found = _some(lost.filter(made_at__gt=now - FAILURES_OF).order_by("-made_at", "id"))
    url = reverse("hotline:callbacks")
    sound = _("The sound did not come")
    rows = [WaitingItem(f"voicemail-{one.pk}", url, f"{one.seconds} s", sound, one.made_at) for one in found]
    return Work("voicemails", _("Voicemails without sound"), "voicemail", url, number, rows, is_pressing=True)


def _problems(centre: Organisation, now: datetime) -> list[Command]:
    """Commands that failed at the provider in the last hour."""
    failed = Q(centre=centre, state=CommandState.FAILED, ended_at__gt=now - timedelta(hours=1))
    return list(Command.objects.filter(failed).exclude(kind=CommandKind.FETCH).order_by("-pk")[:10])
