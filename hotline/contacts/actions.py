"""Writes to contacts. Callbacks, endings and access requests have their own modules."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.models import Event
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.models import DataKey
from regions.models import Region
from regions.phone_numbers import parse_number

from .editing import Edit, edit
from .events import (
    CONTACT_ASSIGNED,
    CONTACT_COMPLETED,
    CONTACT_CORRECTED,
    CONTACT_OPENED,
    CONTACT_RECEIVED,
    CONTACT_RETURNED,
    CONTACT_SAVED,
    CONTACT_SURFACED,
    CONTACT_TAKEN,
)
from .idempotency import insert_once
from .models import Contact
from .permissions import may_write
from .place import choose, country_of
from .states import ContactState, before
from .vocabulary import Channel, Kind

#: Column values of a contact without a chosen ending.
NO_ENDING: dict[str, Any] = {"ending": "", "ends_at": None, "ending_by": None}


def open_contact(
    *,
    by: User,
    contact_id: uuid.UUID,
    channel: Channel = Channel.PHONE,
    started_at: datetime | None = None,
    data_key: DataKey | None = None,
    details: dict[str, Any] | None = None,
) -> Contact:
    """Create a contact. ``contact_id`` comes with the form, so that a repeated post creates no second one.

    ``data_key``: the key of the call that the contact logs, so that both are erased together.
    """
    if by.centre is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    require(by, Permission.CONTACT_LOG, by.centre.pk)
    contact = _new_contact(contact_id, by.centre, channel, started_at, data_key, details)
    contact.handler = by
    if not insert_once(contact):
        return _my_contact(by, contact_id)
    if data_key is None:
        contact.data_key.save(force_insert=True)
    _record(CONTACT_OPENED, by, contact, {"channel": channel})
    return contact


@transaction.atomic
def receive_contact(
    *,
    by: User,
    contact_id: uuid.UUID,
    centre: Organisation,
    channel: Channel,
    data_key: DataKey,
    details: dict[str, Any],
) -> Contact:
    """Create a contact for an incoming message: without a handler, so the whole shift sees it. Run by a service."""
    contact = _new_contact(contact_id, centre, channel, None, data_key, details)
    contact.save(force_insert=True)
    _record(CONTACT_RECEIVED, by, contact, {"channel": channel})
    return contact


@transaction.atomic
def return_contact(*, by: User, contact_id: uuid.UUID) -> None:
    """Remove the handler, who did not answer the telephone, from the contact. Run by a service."""
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id, state=ContactState.DRAFT).first()
    if contact and contact.handler_id:
        previous = contact.handler_id
        _hand_to(contact, None)
        _record(CONTACT_RETURNED, by, contact, {"from": previous})


def _new_contact(
    contact_id: uuid.UUID,
    centre: Organisation,
    channel: Channel,
    started_at: datetime | None,
    data_key: DataKey | None,
    details: dict[str, Any] | None,
) -> Contact:
    now = timezone.now()
    contact = Contact(pk=contact_id, centre=centre, channel=channel, started_at=started_at or now, saved_at=now)
    contact.data_key = data_key or DataKey.generate()
    contact.country = _first_country(centre, details or {})
    edit(contact, details or {})
    return contact


def _first_country(centre: Organisation, details: dict[str, Any]) -> str:
    """The country of the telephone number, else of the centre."""
    number = parse_number(details.get("phone", ""), centre.country)
    return country_of(number, centre.country) if number else centre.country


def _my_contact(by: User, contact_id: uuid.UUID) -> Contact:
    known = Contact.objects.filter(pk=contact_id, handler=by).first()
    if known is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    return known


def save_contact(*, by: User, contact_id: uuid.UUID, version: int, changes: dict[str, Any]) -> Contact:
    """Save input of the form. Raises Stale if another tab or person has changed the contact since ``version``.

    A browser that lost the response sends the same values again; that is not Stale.
    """
    return save_edit(by=by, edited=edit(_lock(by, contact_id), changes), version=version)


def save_edit(*, by: User, edited: Edit, version: int) -> Contact:
    """As ``save_contact``, of a contact that the transaction has locked."""
    contact = edited.contact
    if not edited.fields:
        return contact
    _check_version(edited, version)
    _store(contact, _save(by, edited))
    kind = _kind_of_save(contact)
    if not _is_recorded(kind, by, contact, edited.fields):
        _record(kind, by, contact, {"fields": sorted(edited.fields)}, tell=())
    return contact


def _check_version(edited: Edit, version: int) -> None:
    if edited.fields and edited.contact.version != version:
        raise stale(edited.contact.pk, "contact")


def _save(by: User, edited: Edit) -> set[str]:
    """Set what a save changes beside the fields; returns the columns to store."""
    contact = edited.contact
    contact.saved_at = timezone.now()
    contact.surfaced_at = None if contact.handler_id == by.pk else contact.surfaced_at
    return {*edited.columns, "saved_at", "surfaced_at"}


def _store(contact: Contact, columns: Collection[str]) -> None:
    contact.version += 1
    contact.save(update_fields=["version", *(name.removesuffix("_id") for name in columns)])


@transaction.atomic
def choose_region(*, by: User, contact_id: uuid.UUID, region: Region | None) -> Contact:
    """Set the region that the handler chose; None derives it from the postal code again.

    The region is saved outside the form, so it does not change the version that the form depends on.
    """
    contact = _lock(by, contact_id)
    before = (contact.region_id, contact.region_source)
    choose(contact, region)
    if before != (contact.region_id, contact.region_source):
        contact.save(update_fields=["region", "region_source"])
        _record(_kind_of_save(contact), by, contact, {"fields": ["region_id"]}, tell=())
    return contact


def end_logging(*, by: User, contact_id: uuid.UUID, kind: Kind | None = None) -> Contact:
    """Complete the contact. Called by ``complete_contact`` (callbacks). A repeat has no effect."""
    contact = _lock(by, contact_id)
    return end_edit(by=by, edited=Edit(contact), version=contact.version, kind=kind)


def end_edit(*, by: User, edited: Edit, version: int, kind: Kind | None = None) -> Contact:
    """Save input of the form and complete the contact, which the transaction has locked. Raises Stale."""
    contact = edited.contact
    if contact.state not in before(ContactState.COMPLETED):
        return save_edit(by=by, edited=edited, version=version)
    _check_version(edited, version)
    columns = _save(by, edited) | _complete(by, contact, kind) if edited.fields else _complete(by, contact, kind)
    _store(contact, columns)
    saved = [_event(CONTACT_SAVED, contact, {"fields": sorted(edited.fields)}, tell=())] if edited.fields else []
    record_all([*saved, _event(CONTACT_COMPLETED, contact)], by=by)
    return contact


def _complete(by: User, contact: Contact, kind: Kind | None) -> set[str]:
    """Set what the completion changes; returns the columns to store."""
    contact.kind = kind or contact.kind
    if contact.handler_id is None:
        contact.handler = by
    values: dict[str, Any] = {
        "state": ContactState.COMPLETED,
        "completed_at": timezone.now(),
        "completed_by": by,
        "surfaced_at": None,
        **({} if contact.ending == contact.kind else NO_ENDING),
    }
    for name, value in values.items():
        setattr(contact, name, value)
    return {"kind", "handler", *values}


@transaction.atomic
def take_contact(*, by: User, contact_id: uuid.UUID) -> Contact:
    """Take a contact that has no handler or has surfaced. Raises Stale if somebody else took it first."""
    contact = _lock(by, contact_id)
    if contact.handler_id == by.pk and contact.surfaced_at is None:
        return contact
    if contact.handler_id not in (None, by.pk) and contact.surfaced_at is None:
        raise stale(contact_id, "contact")
    previous = contact.handler_id
    _hand_to(contact, by)
    _record(CONTACT_TAKEN, by, contact, {"from": previous})
    return contact


@transaction.atomic
def assign_contact(*, by: User, contact_id: uuid.UUID, to: User) -> Contact:
    """Assign the contact to a handler of the centre; only coordinators."""
    contact = _lock(by, contact_id)
    require(by, Permission.CONTACT_ASSIGN, contact.centre_id)
    require(to, Permission.CONTACT_LOG, contact.centre_id)
    if contact.handler_id == to.pk and contact.surfaced_at is None:
        return contact
    _hand_to(contact, to)
    _record(
        CONTACT_ASSIGNED,
        by,
        contact,
        {"to": to.pk},
        tell=(user_group(to.pk), organisation_group(contact.centre_id)),
    )
    return contact


@transaction.atomic
def surface_forgotten(*, by: User, now: datetime) -> int:
    """Show unfinished contacts without recent changes to the shift. Returns how many. Run by the shift service."""
    surfaced = 0
    for contact in Contact.objects.forgotten(now).select_for_update(no_key=True, skip_locked=True):
        surfaced += Contact.objects.filter(pk=contact.pk, surfaced_at=None).update(surfaced_at=now)
        _record(CONTACT_SURFACED, by, contact, {"handler": contact.handler_id})
    return surfaced


def _lock(by: User, contact_id: uuid.UUID) -> Contact:
    contact = Contact.objects.to_write().filter(pk=contact_id).first()
    if contact is None or not may_write(by, contact):
        raise NotAllowed(Permission.CONTACT_LOG)
    return contact


def _kind_of_save(contact: Contact) -> EventKind:
    return CONTACT_SAVED if contact.state == ContactState.DRAFT else CONTACT_CORRECTED


def _hand_to(contact: Contact, user: User | None) -> None:
    contact.handler = user
    contact.surfaced_at = None
    contact.saved_at = timezone.now()
    contact.version += 1
    for name, value in NO_ENDING.items():
        setattr(contact, name, value)
    contact.save(update_fields=["handler", "surfaced_at", "saved_at", "version", *NO_ENDING])


def _is_recorded(kind: EventKind, by: User, contact: Contact, changed: Collection[str]) -> bool:
    """Whether the last event, by the same person, has these fields: consecutive saves write one event.

    Corrections of a completed contact always write one, because the figures depend on the events.
    """
    last = Event.objects.filter(subject=contact.pk, kind__startswith="contact.").newest_first().first()
    if last is None or not last.kind == kind.code == CONTACT_SAVED.code:
        return False
    return last.actor_id == by.pk and set(changed) <= set(last.data["fields"])


def _record(
    kind: EventKind,
    by: User,
    contact: Contact,
    data: dict[str, Any] | None = None,
    tell: tuple[str, ...] | None = None,
) -> None:
    record_all([_event(kind, contact, data, tell)], by=by)


def _event(
    kind: EventKind, contact: Contact, data: dict[str, Any] | None = None, tell: tuple[str, ...] | None = None
) -> NewEvent:
    groups = (organisation_group(contact.centre_id),) if tell is None else tell
    return NewEvent(kind=kind, subject=contact.pk, centre=contact.centre_id, data=data, tell=groups)
