"""Actions on callbacks."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed, can, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.models import DataKey

from .actions import end_edit, end_logging, open_contact
from .editing import Edit
from .events import CALLBACK_CANCELLED, CALLBACK_CLAIMED, CALLBACK_ENDED, CALLBACK_PUT_BACK, CALLBACK_SCHEDULED
from .idempotency import insert_once
from .models import Callback, Contact
from .states import CALLBACK_TRANSITIONS, IN_HAND, CallbackState, ContactState
from .vocabulary import CallbackOrigin, Channel, Kind


@transaction.atomic
def schedule_callback(
    *,
    by: User,
    callback_id: uuid.UUID,
    phone: str,
    due_at: datetime,
    language: str = "",
    note: str = "",
    is_urgent: bool = False,
    contact: Contact | None = None,
) -> Callback:
    """Add a callback to the shift's worklist; a repeated post adds no second one."""
    if by.centre is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    require(by, Permission.CONTACT_LOG, by.centre.pk)
    known = Callback.objects.filter(pk=callback_id).first()
    if known:
        return known
    callback = Callback(
        pk=callback_id,
        centre=by.centre,
        contact=contact,
        due_at=due_at,
        language=language,
        is_urgent=is_urgent,
        made_by=by,
    )
    callback.data_key = contact.data_key if contact else new_data_key()
    callback.phone = phone
    callback.note = note
    if not insert_once(callback):
        return Callback.objects.get(pk=callback_id)
    _record(CALLBACK_SCHEDULED, by, callback)
    return callback


@transaction.atomic
def callback_from_call(
    *,
    by: User,
    centre: Organisation,
    data_key: DataKey,
    phone: str,
    language: str,
    origin: CallbackOrigin,
    due_at: datetime,
) -> Callback:
    """Create a callback for a caller who asked for one or left a voicemail. Run by the telephone service."""
    callback = Callback(centre=centre, data_key=data_key, due_at=due_at, language=language, origin=origin, made_by=by)
    callback.phone = phone
    callback.save(force_insert=True)
    _record(CALLBACK_SCHEDULED, by, callback)
    return callback


@transaction.atomic
def claim_callback(*, by: User, callback_id: uuid.UUID, contact_id: uuid.UUID) -> Contact:
    """Claim a callback and open the contact that logs it. Raises Stale if somebody else claimed it first."""
    callback = _lock(by, callback_id)
    if callback.state == CallbackState.CLAIMED and callback.claimed_by_id == by.pk and callback.conversation:
        return callback.conversation
    contact = open_contact(
        by=by,
        contact_id=contact_id,
        channel=Channel.CALLBACK,
        details={"phone": callback.phone, "language": callback.language},
    )
    _move(callback, CallbackState.CLAIMED, claimed_by=by, conversation=contact, attempts=F("attempts") + 1)
    _record(CALLBACK_CLAIMED, by, callback)
    return contact


@transaction.atomic
def put_callback_back(*, by: User, callback_id: uuid.UUID, due_at: datetime) -> None:
    """Let the callback wait until ``due_at``, because nobody answered. The attempt is kept as an unanswered contact.

    A callback that the caller had not asked for (created until November 2026) ends instead: do not call again (ADR 11).

    Raises Stale if the actor has not claimed it; a coordinator may put back anybody's.
    """
    callback = _lock(by, callback_id)
    if callback.claimed_by_id != by.pk and not can(by, Permission.CONTACT_ASSIGN, callback.centre_id):
        raise stale(callback.pk, "callback")
    attempt = callback.conversation
    if callback.origin == CallbackOrigin.MISSED:
        _move(callback, CallbackState.CANCELLED, ended_at=timezone.now())
        _record(CALLBACK_CANCELLED, by, callback)
    else:
        _move(callback, CallbackState.OPEN, claimed_by=None, conversation=None, due_at=due_at)
        _record(CALLBACK_PUT_BACK, by, callback)
    if attempt and attempt.state == ContactState.DRAFT:
        end_logging(by=by, contact_id=attempt.pk, kind=Kind.NO_ANSWER)


def complete_contact(*, by: User, contact_id: uuid.UUID, kind: Kind | None = None) -> Contact:
    """Complete a contact, and the callback that led to it. A repeat has no effect.

    ``kind``: set by the one-key endings (silent, wrong number ...).
    """
    return _end_callbacks(by, end_logging(by=by, contact_id=contact_id, kind=kind))


def complete_edit(*, by: User, edited: Edit, version: int) -> Contact:
    """As ``complete_contact``, with input of the form, of a contact that the transaction has locked. Raises Stale."""
    return _end_callbacks(by, end_edit(by=by, edited=edited, version=version))


def _end_callbacks(by: User, contact: Contact) -> Contact:
    if contact.is_called_back:
        # Locked, because one that was put back meanwhile would be refused after the contact was completed.
        claimed = Callback.objects.select_for_update(no_key=True).filter(conversation=contact)
        for callback in claimed.filter(state=CallbackState.CLAIMED):
            end_callback(by=by, callback_id=callback.pk, reached=True)
    return contact


@transaction.atomic
def end_callback(*, by: User, callback_id: uuid.UUID, reached: bool) -> None:
    """End a callback. ``reached``: the conversation took place; else it was cancelled. A repeat has no effect.

    Raises Stale if it is in a colleague's hand; a coordinator may end anybody's, and so does who completed its contact.
    """
    callback = _lock(by, callback_id)
    wanted = CallbackState.DONE if reached else CallbackState.CANCELLED
    if callback.state == wanted:
        return
    if callback.state in IN_HAND and not _may_end(by, callback):
        raise stale(callback.pk, "callback")
    _move(callback, wanted, ended_at=timezone.now())
    _record(CALLBACK_ENDED[wanted], by, callback)


def _may_end(by: User, callback: Callback) -> bool:
    if callback.claimed_by_id == by.pk or can(by, Permission.CONTACT_ASSIGN, callback.centre_id):
        return True
    if callback.conversation_id is None:
        return False
    # A colleague's conversation is not readable: asking the callback for it would raise.
    return Contact.objects.filter(pk=callback.conversation_id, completed_by=by).exists()


def _lock(by: User, callback_id: uuid.UUID) -> Callback:
    callback = Callback.objects.select_for_update(no_key=True).filter(pk=callback_id).first()
    if callback is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    require(by, Permission.CONTACT_LOG, callback.centre_id)
    return callback


def _move(callback: Callback, to: CallbackState, **values: object) -> None:
    if to not in CALLBACK_TRANSITIONS[CallbackState(callback.state)]:
        raise stale(callback.pk, "callback")
    Callback.objects.filter(pk=callback.pk, state=callback.state).update(state=to, **values)
    callback.refresh_from_db()


def _record(kind: EventKind, by: User, callback: Callback) -> None:
    record(
        kind,
        by=by,
        subject=callback.pk,
        centre=callback.centre_id,
        tell=(organisation_group(callback.centre_id),),
    )
