"""All writes to case teams: who is invited, answers, names people and leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from casework.cases.locking import lock_case_to_write
from casework.cases.models import Action, Case
from casework.cases.work_actions import record_return
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind
from regions.recent_calendars import recent_calendar
from regions.working_hours import add_working_days

from .conflicts import bodies_with_conflict
from .endings import end_what_belongs
from .events import (
    TEAM_ACCEPTED,
    TEAM_DECLINED,
    TEAM_INVITED,
    TEAM_LEFT,
    TEAM_NAMED,
    TEAM_UNANSWERED,
    TEAM_WITHDRAWN,
)
from .models import Member, Team
from .permissions import is_of_body, leads, people_of, works_for, writes_case_of
from .states import TRANSITIONS, WAITING, MemberState
from .vocabulary import EndReason, Hat, Purpose
from .work import Step

#: Working days of the centre until an invitation should be answered.
ANSWER_DAYS = 2


class InTeamAlready(Exception):
    """The body is invited or in the team already."""


class HasConflict(Exception):
    """The body had to leave, or did not come, because of a conflict of interest, and nobody said that it is settled."""


class ConflictStands(Exception):
    """A conflict of interest of the body in this case is noted elsewhere, and has to be taken back there first."""


class NotOfBody(Exception):
    """Somebody is named who does not work at the body, or the same person twice."""


@transaction.atomic
def invite(
    *,
    by: User,
    member_id: uuid.UUID,
    case_id: uuid.UUID,
    organisation: Organisation,
    hats: Sequence[Hat],
    purpose: Purpose,
    reason: str,
    is_settled: bool = False,
) -> Member:
    """Invite a body to the team of an open case; a repeated post invites once.

    ``is_settled``: that an earlier conflict of interest no longer stands. Raises Stale for a closed case,
    InTeamAlready, HasConflict, ConflictStands.
    """
    case = lock_case_to_write(by, case_id)
    known = Member.objects.filter(pk=member_id, team=case_id).first()
    if known:
        return known
    if not case.is_open:
        raise stale(case_id)
    _check_body(case, organisation, is_settled=is_settled)
    team = team_of(case)
    member = Member(pk=member_id, team=team, centre_id=team.centre_id, organisation=organisation)
    member.data_key_id = team.data_key_id
    member.hats = list(hats)
    member.purpose = purpose
    member.reason = reason
    member.invited_by = by
    now = timezone.now()
    member.due_at = add_working_days(now, ANSWER_DAYS, recent_calendar(case.centre_id, now))
    member.save(force_insert=True)
    _record(TEAM_INVITED, by, member)
    return member


def _check_body(case: Case, organisation: Organisation, *, is_settled: bool) -> None:
    """Raises InTeamAlready, HasConflict, ConflictStands."""
    if organisation.pk in bodies_with_conflict(case.pk):
        raise ConflictStands
    earlier = Member.objects.filter(team=case.pk, organisation=organisation)
    if earlier.current().exists():
        raise InTeamAlready
    if not is_settled and earlier.ended().filter(end_reason=EndReason.CONFLICT).exists():
        raise HasConflict


def team_of(case: Case) -> Team:
    """The team of a locked case, made if there is none yet."""
    team = Team.objects.filter(pk=case.pk).first()
    if team is None:
        team = Team(case=case, number=case.number, centre_id=case.centre_id, data_key=new_data_key())
        team.save(force_insert=True)
    return team


@transaction.atomic
def accept(*, by: User, member_id: uuid.UUID, version: int, deputy: User | None = None) -> None:
    """Accept for the body, as its named person. Raises Stale, NotOfBody. A repeat has no effect."""
    member = _lock(by, member_id, is_of_body)
    if member.is_in_team and member.answered_by_id == by.pk:
        return
    _check(member, version, MemberState.ACTIVE)
    _check_named(member, by, deputy)
    member.own_key = new_data_key()
    values = {"person": by, "deputy": deputy, "own_key": member.own_key}
    _move(by, member, MemberState.ACTIVE, TEAM_ACCEPTED, {"to": by.pk}, **values, **_answered(by))


@transaction.atomic
def decline(*, by: User, member_id: uuid.UUID, version: int, reason: EndReason) -> None:
    """Decline for the body. Raises Stale. A repeat has no effect."""
    member = _lock(by, member_id, is_of_body)
    if member.state == MemberState.DECLINED and member.answered_by_id == by.pk and member.end_reason == reason:
        return
    _check(member, version, MemberState.DECLINED)
    _move(by, member, MemberState.DECLINED, TEAM_DECLINED, {}, **_answered(by), **_ended(by, reason))


@transaction.atomic
def withdraw(*, by: User, member_id: uuid.UUID, version: int) -> None:
    """Withdraw an invitation that has no answer yet. Raises Stale. A repeat has no effect."""
    member = _lock(by, member_id, writes_case_of)
    if member.state == MemberState.WITHDRAWN:
        return
    _check(member, version, MemberState.WITHDRAWN)
    _move(by, member, MemberState.WITHDRAWN, TEAM_WITHDRAWN, {}, **_ended(by, EndReason.NOT_NEEDED))


@transaction.atomic
def name_people(*, by: User, member_id: uuid.UUID, version: int, person: User, deputy: User | None) -> None:
    """Name who of the body works on the case. Raises Stale, NotOfBody. A repeat has no effect."""
    member = _lock(by, member_id, _may_name)
    if (member.person_id, member.deputy_id) == (person.pk, deputy.pk if deputy else None):
        return
    if member.version != version or not member.is_in_team:
        raise stale(member_id)
    _check_named(member, person, deputy)
    before = _people(member)
    _store(member, person=person, deputy=deputy)
    _record(TEAM_NAMED, by, member, {"to": person.pk}, also=before)


@transaction.atomic
def leave(*, by: User, member_id: uuid.UUID, version: int, reason: EndReason) -> None:
    """Leave the team, or end it for the body as the centre. Its people see nothing of the case from then on.

    Its open actions go back to the shift.

    Raises Stale. A repeat has no effect.
    """
    member = _lock(by, member_id, _may_end)
    if member.state == MemberState.LEFT and member.ended_by_id == by.pk and member.end_reason == reason:
        return
    _check(member, version, MemberState.LEFT)
    end_what_belongs(by, member.team_id, member.organisation_id)
    # Before it leaves, as its people read them no longer afterwards; after the plans, which may bring new ones.
    open_ones = Action.objects.open().filter(case=member.team_id, organisation=member.organisation_id)
    actions = list(open_ones.order_by("pk").select_for_update(no_key=True))
    _move(by, member, MemberState.LEFT, TEAM_LEFT, {}, **_ended(by, reason))
    record_return(by=by, actions=actions)


@transaction.atomic
def leave_with_case(*, by: User, case_id: uuid.UUID, organisation: Organisation) -> None:
    """A partner that gives the case back leaves its team, if ``by`` is its named person. Called by handoff.

    Somebody else of the partner does not see what the team works on: the named people leave, or the centre ends it.
    """
    member = Member.objects.in_team().filter(team=case_id, organisation=organisation).first()
    if member is not None and works_for(by, member):
        leave(by=by, member_id=member.pk, version=member.version, reason=EndReason.RETURNED)


@transaction.atomic
def end_open_work(*, by: User, case_id: uuid.UUID) -> None:
    """End what the team has begun, before ``close_case`` (handoff) drops the actions.

    Everybody locks members, then plans, then actions; else closing and leaving or agreeing wait for each other.
    """
    list(_members_to_end(case_id))
    end_what_belongs(by, case_id, None)


@transaction.atomic
def end_with_case(*, by: User, case_id: uuid.UUID) -> None:
    """End invitations and memberships when the case is closed. Called by ``close_case`` (handoff)."""
    withdraw_invitations(by=by, case_id=case_id)
    for member in _members_to_end(case_id):
        _move(by, member, MemberState.LEFT, TEAM_LEFT, {}, **_ended(by, EndReason.CASE_CLOSED))


@transaction.atomic
def withdraw_invitations(*, by: User, case_id: uuid.UUID) -> None:
    """Withdraw what waits for an answer when the work on the case ends. Called by handoff."""
    for member in _members_to_end(case_id).filter(state__in=WAITING):
        _move(by, member, MemberState.WITHDRAWN, TEAM_WITHDRAWN, {}, **_ended(by, EndReason.CASE_CLOSED))


def _members_to_end(case_id: uuid.UUID) -> models.QuerySet[Member]:
    return Member.objects.current().filter(team=case_id).order_by("pk").select_for_update(no_key=True)


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """An invitation has not been answered in time: the centre is told. The member is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    member = Member.objects.filter(pk=subject, escalated_at=None, state=MemberState.INVITED).first()
    if member is not None and step == Step.ESCALATE:
        _store(member, escalated_at=now)
        _record(TEAM_UNANSWERED, by, member)


def _may_name(user: User, member: Member) -> bool:
    """Also for a member that has ended already, so that a repeat, or a stale tab, is told so."""
    return leads(user, member) or (member.is_ended and is_of_body(user, member))


def _may_end(user: User, member: Member) -> bool:
    is_named = works_for(user, member) or (member.is_ended and is_of_body(user, member))
    return is_named or writes_case_of(user, member)


def _lock(by: User, member_id: uuid.UUID, may: Callable[[User, Member], bool]) -> Member:
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None or not may(by, member):
        raise NotAllowed(Permission.TEAM_WORK)
    return member


def _check(member: Member, version: int, to: MemberState) -> None:
    if member.version != version or to not in TRANSITIONS[MemberState(member.state)]:
        raise stale(member.pk)


def _check_named(member: Member, person: User, deputy: User | None) -> None:
    named = [person.pk, *([deputy.pk] if deputy else [])]
    if len(set(named)) < len(named) or not set(named) <= set(people_of(member.organisation_id)):
        raise NotOfBody


def _answered(by: User) -> dict[str, Any]:
    return {"answered_at": timezone.now(), "answered_by": by}


def _ended(by: User, reason: EndReason) -> dict[str, Any]:
    return {"ended_at": timezone.now(), "ended_by": by, "end_reason": reason}


def _move(by: User, member: Member, to: MemberState, kind: EventKind, data: dict[str, Any], **values: Any) -> None:
    _store(member, state=to, **values)
    _record(kind, by, member, data)


def _store(member: Member, **values: Any) -> None:
    for name, value in values.items():
        setattr(member, name, value)
    member.version += 1
    member.save(update_fields=[*values, "version"])


def _people(member: Member) -> list[int]:
    return [key for key in (member.person_id, member.deputy_id) if key]


def _record(
    kind: EventKind, by: User, member: Member, data: dict[str, Any] | None = None, also: Sequence[int] = ()
) -> None:
    facts = {"organisation": member.organisation_id, "reason": member.end_reason, **(data or {})}
    tell = [organisation_group(member.centre_id), organisation_group(member.organisation_id)]
    tell += [user_group(key) for key in {*_people(member), *also}]
    event = NewEvent(kind=kind, subject=member.pk, case=member.team_id, centre=member.centre_id, data=facts, tell=tell)
    record_all([event], by=by)
