"""Contacts without a triage: waived with a reason, or carried on by the shift."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, can
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from hotline.contacts.actions import take_contact
from hotline.contacts.models import Contact
from hotline.contacts.states import ContactState

from .events import TRIAGE_ESCALATED, TRIAGE_TO_DEPUTY, TRIAGE_TO_SHIFT, TRIAGE_WAIVED
from .locking import current, lock_contact
from .models import Waiver
from .vocabulary import WaiverReason
from .work import Step


@transaction.atomic
def waive_triage(*, by: User, contact_id: uuid.UUID, reason: WaiverReason, words: str) -> Waiver:
    """Decide that the contact needs no triage; it leaves the worklist. A surfaced contact is taken with it.

    Raises Stale if it has a triage, or was waived for another reason. A repeat has no effect. ``words`` say more; they
    are required for another reason than those listed.
    """
    if reason == WaiverReason.OTHER and not words.strip():
        raise ValueError("another reason without words")
    contact = lock_contact(by, contact_id)
    known = Waiver.objects.filter(contact=contact).first()
    if current(contact) or (known and known.reason != reason):
        raise stale(contact_id)
    if known:
        return known
    if contact.surfaced_at:
        contact = take_contact(by=by, contact_id=contact_id)
    waiver = Waiver(contact=contact, centre_id=contact.centre_id, data_key_id=contact.data_key_id)
    waiver.reason = reason
    waiver.words = words
    waiver.decided_by = by
    waiver.save(force_insert=True)
    _record(TRIAGE_WAIVED, by, contact, {"reason": reason})
    return waiver


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """Give the contact to the shift, or show it to the coordinators, while its triage is missing. It is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    contact = Contact.objects.filter(pk=subject, state=ContactState.COMPLETED).first()
    if contact is None:
        return
    if step == Step.ESCALATE:
        _record(TRIAGE_ESCALATED, by, contact, {})
    elif contact.surfaced_at is None:
        Contact.objects.filter(pk=contact.pk).update(surfaced_at=now)
        _record(TRIAGE_TO_SHIFT, by, contact, {"handler": contact.handler_id})


def release_triage(*, by: User, subject: uuid.UUID, away: User, to: User | None) -> None:
    """Take a contact without a triage from somebody who is away: to the deputy, or to the shift. It is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    contact = Contact.objects.filter(pk=subject, handler=away, surfaced_at=None).first()
    if contact is None:
        return
    if to is not None and can(to, Permission.TRIAGE_ASSESS, contact.centre_id):
        Contact.objects.filter(pk=subject).update(handler=to, version=F("version") + 1)
        _record(TRIAGE_TO_DEPUTY, by, contact, {"from": away.pk, "to": to.pk})
    else:
        Contact.objects.filter(pk=subject).update(surfaced_at=timezone.now())
        _record(TRIAGE_TO_SHIFT, by, contact, {"handler": away.pk})


def _record(kind: EventKind, by: User, contact: Contact, data: dict[str, object]) -> None:
    group = organisation_group(contact.centre_id)
    record(kind, by=by, subject=contact.pk, centre=contact.centre_id, data=data, tell=(group,))
