"""All writes to the notes of a body: in its own record of the case, and what it shares of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import NewEvent, look, record_all
from foundation.privacy.event_kinds import EventKind

from .events import TEAM_NOTE_SHARED, TEAM_NOTE_WRITTEN, TEAM_RECORD_TAKEN
from .models import Member, OwnNote, SharedNote
from .permissions import reads_own_record, works_for
from .vocabulary import Visibility


@transaction.atomic
def write_note(*, by: User, member_id: uuid.UUID, note_id: uuid.UUID, text: str) -> OwnNote:
    """Write a note in the body's own record; a repeated post writes one."""
    member = _lock(by, member_id)
    known = OwnNote.objects.filter(pk=note_id, member=member).first()
    if known:
        return known
    note = OwnNote(pk=note_id, member=member, data_key=member.own_key, written_by=by)
    note.text = text
    note.save(force_insert=True)
    _record(TEAM_NOTE_WRITTEN, by, member, [])
    return note


@transaction.atomic
def share_note(
    *,
    by: User,
    note_id: uuid.UUID,
    shared_id: uuid.UUID,
    visibility: Visibility,
    shown_to: Sequence[Member] = (),
    with_centre: bool = False,
) -> SharedNote:
    """Share a copy of an own note with the team, or with some members and the centre. What was read stays read.

    A repeated post shares once. Raises ValueError for nobody.
    """
    own = OwnNote.objects.filter(pk=note_id).first()
    if own is None:
        raise NotAllowed(Permission.TEAM_WORK)
    member = _lock(by, own.member_id)
    known = SharedNote.objects.filter(pk=shared_id, member=member).first()
    if known:
        return known
    is_team = visibility == Visibility.TEAM
    named = [] if is_team else sorted({one.pk for one in shown_to if one.team_id == member.team_id} - {member.pk})
    if not (is_team or named or with_centre):
        raise ValueError("nobody would read it")
    note = SharedNote(pk=shared_id, team_id=member.team_id, member=member, organisation_id=member.organisation_id)
    note.data_key_id = member.data_key_id
    note.visibility = visibility
    note.shown_to = named
    note.with_centre = is_team or with_centre
    note.text = own.text
    note.written_at, note.written_by_id = own.written_at, own.written_by_id
    note.shared_by = by
    note.save(force_insert=True)
    _record(TEAM_NOTE_SHARED, by, member, [organisation_group(member.centre_id)] if note.with_centre else [])
    return note


@transaction.atomic
def record_taken_along(*, by: User, member: Member) -> None:
    """Say in the journal that the body took its own record along; each time is one. Raises NotAllowed."""
    if not reads_own_record(by, member):
        raise NotAllowed(Permission.TEAM_WORK)
    look("member.record", by=by, subject=member.pk, centre=member.centre_id)
    _record(TEAM_RECORD_TAKEN, by, member, [])


def _lock(by: User, member_id: uuid.UUID) -> Member:
    """The member, so that the body does not leave meanwhile. Only for its named people."""
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None or not works_for(by, member):
        raise NotAllowed(Permission.TEAM_WORK)
    return member


def _record(kind: EventKind, by: User, member: Member, tell: Sequence[str]) -> None:
    event = NewEvent(
        kind=kind,
        subject=member.pk,
        case=member.team_id,
        centre=member.centre_id,
        data={"organisation": member.organisation_id},
        tell=[*tell, organisation_group(member.organisation_id)],
    )
    record_all([event], by=by)
