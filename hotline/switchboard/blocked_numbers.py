"""Actions on blocks of abusive numbers. A block writes an event and expires by itself."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.privacy.event_kinds import EventKind

from .calls import end_call, running_block
from .events import BLOCK_LIFTED, BLOCK_MADE
from .models import Block, Call
from .permissions import may_direct
from .states import Ending

LASTS = timedelta(hours=24)


@transaction.atomic
def block_caller(*, by: User, call_id: uuid.UUID) -> Block | None:
    """Block this call's number for a day; None if the number was withheld. A repeat returns the running block."""
    call = Call.objects.filter(pk=call_id, contact__isnull=False).first()
    if call is None or not may_direct(by, call):
        raise NotAllowed(Permission.CONTACT_LOG)
    Call.objects.locked().get(pk=call_id)  # two concurrent posts make one block
    now = timezone.now()
    running = running_block(call, now)
    if running or call.phone_index is None or call.contact_id is None:
        return running
    block = Block(centre_id=call.centre_id, phone_index=call.phone_index, contact_id=call.contact_id, until=now + LASTS)
    block.made_by = by
    block.made_at = now
    block.save(force_insert=True)
    _record(BLOCK_MADE, by, block)
    return block


@transaction.atomic
def lift_block(*, by: User, block_id: uuid.UUID) -> None:
    """Lift the block; only coordinators. A repeat has no effect."""
    block = Block.objects.filter(pk=block_id).first()
    if block is None:
        raise NotAllowed(Permission.CONTACT_ASSIGN)
    require(by, Permission.CONTACT_ASSIGN, block.centre_id)
    if Block.objects.filter(pk=block_id, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by):
        _record(BLOCK_LIFTED, by, block)


@transaction.atomic
def turn_away(*, by: User, call: Call, now: datetime) -> bool:
    """End the call if the caller is blocked; returns whether it did. Run by the telephone service."""
    if call.ended_at:
        return call.ending == Ending.BLOCKED
    block = running_block(call, now)
    if block is None:
        return False
    Block.objects.filter(pk=block.pk).update(turned_away=F("turned_away") + 1)
    end_call(by=by, call=call, ending=Ending.BLOCKED)
    return True


def _record(kind: EventKind, by: User, block: Block) -> None:
    record(
        kind,
        by=by,
        subject=block.pk,
        centre=block.centre_id,
        data={"until": block.until.isoformat()},
        tell=(organisation_group(block.centre_id),),
    )
