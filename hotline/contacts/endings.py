"""Endings without counselling: chosen with one key, executed ten seconds later, and until then undoable."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .actions import NO_ENDING
from .callbacks import complete_contact
from .events import CONTACT_ENDING_PLANNED, CONTACT_ENDING_UNDONE, CONTACT_SURFACED
from .models import Contact
from .permissions import may_write
from .states import ContactState
from .vocabulary import Kind

CAN_BE_UNDONE_FOR = timedelta(seconds=10)  # UI.md: irreversible endings can be undone for ten seconds


@transaction.atomic
def plan_ending(*, by: User, contact_id: uuid.UUID, kind: Kind) -> Contact:
    """Schedule the ending as ``kind`` in ten seconds. A repeat has no effect; another kind replaces the first.

    Raises Stale if the contact was completed with another kind meanwhile.
    """
    contact = _lock(by, contact_id)
    if contact.ending == kind:
        return contact
    if contact.state != ContactState.DRAFT:
        raise stale(contact_id, "contact")
    _set(contact, ending=kind, ends_at=timezone.now() + CAN_BE_UNDONE_FOR, ending_by=by)
    _record(CONTACT_ENDING_PLANNED, by, contact)
    return contact


@transaction.atomic
def undo_ending(*, by: User, contact_id: uuid.UUID) -> Contact:
    """Cancel the ending. A repeat has no effect, nor has a late undo; the contact's state shows that."""
    contact = _lock(by, contact_id)
    if contact.is_ending:
        _set(contact, **NO_ENDING)
        _record(CONTACT_ENDING_UNDONE, by, contact)
    return contact


@transaction.atomic
def carry_out_ending(*, by: User, contact_id: uuid.UUID, now: datetime) -> None:
    """Complete the contact when its ending is due, in the name of the person who chose it. A repeat has no effect."""
    contact = _lock(by, contact_id)
    if contact.is_ending and contact.ends_at and contact.ends_at <= now and contact.ending_by_id == by.pk:
        complete_contact(by=by, contact_id=contact_id, kind=Kind(contact.ending))


@transaction.atomic
def give_up_ending(*, by: User, contact_id: uuid.UUID, now: datetime) -> None:
    """The person who chose the ending lost the permission: show the contact to the shift. Run by the shift service."""
    due = Contact.objects.ending().filter(pk=contact_id, ends_at__lte=now)
    for contact in due.select_for_update(no_key=True, of=("self",)):
        _set(contact, surfaced_at=now, **NO_ENDING)
        record(
            CONTACT_SURFACED,
            by=by,
            subject=contact.pk,
            centre=contact.centre_id,
            data={"handler": contact.handler_id},
            tell=(organisation_group(contact.centre_id),),
        )


def _lock(by: User, contact_id: uuid.UUID) -> Contact:
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
    if contact is None or not may_write(by, contact):
        raise NotAllowed(Permission.CONTACT_LOG)
    return contact


def _set(contact: Contact, **values: object) -> None:
    Contact.objects.filter(pk=contact.pk).update(**values)
    contact.refresh_from_db()


def _record(kind: EventKind, by: User, contact: Contact) -> None:
    record(
        kind,
        by=by,
        subject=contact.pk,
        centre=contact.centre_id,
        data={"ending": contact.ending} if contact.ending else {},
        tell=(organisation_group(contact.centre_id),),
    )
