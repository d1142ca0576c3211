"""What the left column of the desk shows. Reading only; row-level security decides which rows there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission

from .models import AccessRequest, Callback, Contact
from .states import ContactState
from .vocabulary import Kind

MOST_ROWS = 8
#: Contacts are signals: none hides behind a short list.
MOST_CONTACTS = 100


@dataclass(frozen=True)
class Worklist:
    """The first callbacks that wait, and whether there are more."""

    rows: list[Callback]
    due: int
    has_more: bool


@dataclass(frozen=True)
class Today:
    contacts: int
    completed: int
    callbacks: int


def callbacks_waiting(now: datetime) -> Worklist:
    rows = list(Callback.objects.open()[: MOST_ROWS + 1])
    due = sum(callback.due_at <= now for callback in rows)
    return Worklist(rows[:MOST_ROWS], due, len(rows) > MOST_ROWS)


def contacts_for_shift(user: User) -> list[Contact]:
    """Unfinished contacts that are nobody's or have surfaced; one's own stand among the open ones already."""
    waiting = Contact.objects.for_the_shift().exclude(handler=user).select_related("caller_type", "handler")
    return list(waiting.order_by("started_at", "id")[:MOST_CONTACTS])


def open_contacts(user: User) -> list[Contact]:
    mine = Contact.objects.unfinished().of_handler(user).select_related("caller_type")
    return list(mine.order_by("started_at", "id")[:MOST_CONTACTS])


def ending_contacts(user: User) -> list[Contact]:
    """One's own contacts that end in a moment, and those that one has ended for somebody else; the newest last."""
    return list(Contact.objects.ending().filter(Q(handler=user) | Q(ending_by=user))[:MOST_ROWS])


def today(user: User, centre: Organisation) -> Today:
    """The centre's figures for who may read all its contacts, one's own for the others."""
    contacts = Contact.objects.of_centre(centre)
    if not can(user, Permission.CONTACT_READ_ALL, centre.pk):
        contacts = contacts.of_handler(user)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counted = contacts.filter(started_at__gte=midnight).exclude(kind=Kind.NO_ANSWER)
    figures = counted.aggregate(all=Count("pk"), done=Count("pk", filter=Q(state=ContactState.COMPLETED)))
    return Today(figures["all"], figures["done"], Callback.objects.open().count())


def access_to_decide(user: User, centre: Organisation) -> list[AccessRequest]:
    """Requests that this coordinator may decide: not the own ones."""
    if not can(user, Permission.ACCESS_GRANT, centre.pk):
        return []
    waiting = AccessRequest.objects.undecided().filter(centre=centre).exclude(requested_by=user)
    return list(waiting.select_related("contact", "requested_by")[:MOST_ROWS])
