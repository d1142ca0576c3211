"""Data of the desk's left column. Read-only; row-level security selects the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import can, centre_with
from foundation.accounts.roles import Permission
from foundation.privacy.compiled import Given, compiled
from foundation.privacy.models import use_keys

from .models import AccessRequest, Callback, CallbackQuerySet, Contact, ContactQuerySet
from .states import ContactState
from .vocabulary import Kind

MOST_ROWS = 8
#: Higher than for callbacks, so that no unassigned contact is overlooked.
MOST_CONTACTS = 100


@dataclass(frozen=True)
class Worklist:
    """The first waiting callbacks, and whether there are more."""

    rows: list[Callback]
    due: int
    has_more: bool

    @property
    def total(self) -> int:
        """All of them; counted only if there are more than shown."""
        return Callback.objects.open().count() if self.has_more else len(self.rows)


@dataclass(frozen=True)
class Today:
    contacts: int
    completed: int
    callbacks: int


def callbacks_waiting(now: datetime) -> Worklist:
    rows = _first_callbacks()
    due = sum(callback.due_at <= now for callback in rows)
    return Worklist(rows[:MOST_ROWS], due, len(rows) > MOST_ROWS)


def contacts_for_shift(user: User) -> list[Contact]:
    """Unfinished contacts without a handler, or surfaced; without the user's own, which are among the open ones."""
    return _for_shift_without(user.pk)


def open_contacts(user: User) -> list[Contact]:
    return _open_of(user.pk)


def endings_of(user: User) -> ContactQuerySet:
    """The user's contacts with a planned ending, and those that the user has ended for others."""
    if centre_with(user, Permission.CONTACT_LOG) is None:
        return Contact.objects.none()
    return Contact.objects.ending().filter(Q(handler=user) | Q(ending_by=user))


def ending_contacts(user: User) -> list[Contact]:
    """As ``endings_of``, newest last."""
    return _ending_of(user.pk)


@compiled
def _first_callbacks() -> CallbackQuerySet:
    return Callback.objects.open()[: MOST_ROWS + 1]


@compiled
def _for_shift_without(user: Given) -> ContactQuerySet:
    waiting = Contact.objects.for_the_shift().exclude(handler=user).select_related("caller_type", "handler")
    return waiting.order_by("started_at", "id")[:MOST_CONTACTS]


@compiled
def _open_of(user: Given) -> ContactQuerySet:
    mine = Contact.objects.unfinished().filter(handler=user).select_related("caller_type")
    return mine.order_by("started_at", "id")[:MOST_CONTACTS]


@compiled
def _ending_of(user: Given) -> ContactQuerySet:
    return Contact.objects.ending().filter(Q(handler=user) | Q(ending_by=user))[:MOST_ROWS]


def today(user: User, centre: Organisation, callbacks: int | None = None) -> Today:
    """Figures of the centre for people who may read all its contacts, else the user's own.

    ``callbacks``: how many are open, if known.
    """
    contacts = Contact.objects.of_centre(centre)
    if not can(user, Permission.CONTACT_READ_ALL, centre.pk):
        contacts = contacts.of_handler(user)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counted = contacts.filter(started_at__gte=midnight).exclude(kind=Kind.NO_ANSWER)
    figures = counted.aggregate(all=Count("pk"), done=Count("pk", filter=Q(state=ContactState.COMPLETED)))
    if callbacks is None:
        callbacks = Callback.objects.open().count()
    return Today(figures["all"], figures["done"], callbacks)


def access_to_decide(user: User, centre: Organisation) -> list[AccessRequest]:
    """Requests that this coordinator may decide; never the coordinator's own."""
    if not can(user, Permission.ACCESS_GRANT, centre.pk):
        return []
    waiting = AccessRequest.objects.undecided().filter(centre=centre).exclude(requested_by=user)
    found = list(waiting.select_related("contact", "requested_by", "data_key")[:MOST_ROWS])
    use_keys(request.data_key for request in found)  # each has its own: no statement for each row
    return found
