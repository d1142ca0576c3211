"""All writes to actions: what has to be done in a case, by whom and until when."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, can, require
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from regions.recent_calendars import recent_calendar
from triage.due_times import steps_from

from .events import (
    ACTION_ADDED,
    ACTION_BEGUN,
    ACTION_DONE,
    ACTION_DROP_PROPOSED,
    ACTION_DROP_REFUSED,
    ACTION_DROPPED,
    ACTION_ESCALATED,
    ACTION_GIVEN,
    ACTION_LEFT_BEHIND,
    ACTION_MOVED,
    ACTION_REMINDED,
    ACTION_RETURNED,
    ACTION_TAKEN,
    ACTION_TO_DEPUTY,
    ACTION_TO_SHIFT,
)
from .locking import lock_case_to_write
from .models import Action, Case, Strand
from .permissions import carries_at_centre, may_assign, may_carry, may_decide_drop, may_take
from .states import ACTION_TRANSITIONS, DROP_WAITS, ActionState
from .vocabulary import DropReason
from .work import Step


@transaction.atomic
def add_action(
    *, by: User, action_id: uuid.UUID, case_id: uuid.UUID, text: str, strand: Strand, due_at: datetime, to: User | None
) -> Action:
    """Add an action to an open case; a repeated post adds no second one. Raises Stale for a closed case.

    ``to``: whose it is; None: the shift's.
    """
    case = lock_case_to_write(by, case_id)
    known = Action.objects.filter(pk=action_id, case=case).first()
    if known:
        return known
    if not case.is_open:
        raise stale(case_id)
    if to is not None:
        require(to, Permission.CASE_READ, case.centre_id)
    action = Action(pk=action_id, case=case, centre_id=case.centre_id, data_key_id=case.data_key_id)
    action.text = text
    action.strand = strand
    action.organisation_id = case.centre_id
    action.user = to
    action.due_at = due_at
    insert_action(by=by, action=action)
    return action


def insert_action(*, by: User, action: Action) -> None:
    """Store a new action of a locked case, for the centre, or for another body (casework/teams)."""
    action.steps_at = _steps(action.due_at, action.centre_id)
    action.added_by = by
    action.save(force_insert=True)
    _record(ACTION_ADDED, by, action, {"to": action.user_id} if action.user_id else {})


def _steps(due_at: datetime, centre_id: int) -> list[datetime]:
    return steps_from(due_at, recent_calendar(centre_id, due_at))


@transaction.atomic
def take_action(*, by: User, action_id: uuid.UUID, version: int) -> None:
    """Take an action that is nobody's. Raises Stale if somebody else took it first. A repeat has no effect."""
    action = _lock(by, action_id, may_take)
    if action.user_id == by.pk:
        return
    if action.user_id is not None or not action.is_open or action.version != version:
        raise stale(action_id)
    _change(by, action, ACTION_TAKEN, {"to": by.pk}, user=by, role="")


@transaction.atomic
def give_action(*, by: User, action_id: uuid.UUID, version: int, to: User | None) -> None:
    """Give an open action to a colleague, or back to the shift. Others' actions are given by coordinators only.

    One of another body is not given: the body names its people. Raises Stale. A repeat has no effect.
    """
    action = _lock(by, action_id, carries_at_centre)
    if action.is_of_body:
        raise NotAllowed(Permission.CASE_ASSIGN)
    if action.user_id != by.pk and not may_assign(by, action.centre_id):
        raise NotAllowed(Permission.CASE_ASSIGN)
    if to is not None:
        require(to, Permission.CASE_READ, action.centre_id)
    if action.user_id == (to.pk if to else None):
        return
    if not action.is_open or action.version != version:
        raise stale(action_id)
    _change(by, action, ACTION_GIVEN, {"to": to.pk} if to else {}, also=[to] if to else [], user=to, role="")


@transaction.atomic
def move_due(*, by: User, action_id: uuid.UUID, version: int, due_at: datetime) -> None:
    """Set another due time; of a protected duty a later one is set by coordinators only. Raises Stale."""
    action = _lock(by, action_id, carries_at_centre)
    if action.is_protected and due_at > action.due_at and not may_assign(by, action.centre_id):
        raise NotAllowed(Permission.CASE_ASSIGN)
    if action.due_at == due_at:
        return
    if not action.is_open or action.version != version:
        raise stale(action_id)
    times = {"from": action.due_at.isoformat(), "until": due_at.isoformat()}
    steps = _steps(due_at, action.centre_id)
    _change(by, action, ACTION_MOVED, times, due_at=due_at, steps_at=steps, escalated_at=None)


@transaction.atomic
def begin_action(*, by: User, action_id: uuid.UUID, version: int) -> None:
    """Say that work on it has begun. Raises Stale. A repeat has no effect."""
    action = _lock(by, action_id)
    begun_at = action.begun_at or timezone.now()
    _move(by, action, version, ActionState.UNDER_WAY, ACTION_BEGUN, begun_at=begun_at)


@transaction.atomic
def finish_action(*, by: User, action_id: uuid.UUID, version: int, result: str, met_person: bool = False) -> None:
    """Mark as done, with a line what was done. Raises Stale. A repeat has no effect.

    ``met_person``: it was a meeting with the person whom the case is about.
    """
    action, now = _lock(by, action_id), timezone.now()
    ended = {"begun_at": action.begun_at or now, "ended_at": now, "ended_by": by}
    _move(by, action, version, ActionState.DONE, ACTION_DONE, result=result, met_person=met_person, **ended)


@transaction.atomic
def drop_action(*, by: User, action_id: uuid.UUID, version: int, reason: DropReason, result: str) -> None:
    """Drop an action with a reason. A protected one, or one that a body drops, then waits for a coordinator.

    ``result``: the reason in words. Raises Stale.
    """
    action = _lock(by, action_id)
    why = {"drop_reason": reason, "result": result}
    if action.is_protected or not carries_at_centre(by, action):
        _move(by, action, version, ActionState.DROP_PROPOSED, ACTION_DROP_PROPOSED, drop_proposed_by=by, **why)
    else:
        ended = {"ended_at": timezone.now(), "ended_by": by}
        _move(by, action, version, ActionState.DROPPED, ACTION_DROPPED, **why, **ended)


@transaction.atomic
def confirm_drop(*, by: User, action_id: uuid.UUID, version: int) -> None:
    """Confirm as the second person that a protected duty is dropped. Raises NotAllowed for who proposed it, Stale."""
    action = _lock_to_decide(by, action_id, ActionState.DROPPED)
    ended = {"ended_at": timezone.now(), "ended_by": by}
    _move(by, action, version, ActionState.DROPPED, ACTION_DROPPED, **ended)


@transaction.atomic
def refuse_drop(*, by: User, action_id: uuid.UUID, version: int) -> None:
    """Refuse as the second person: it is to be done. Raises NotAllowed for who proposed it, Stale.

    If it was due meanwhile, its person is reminded, and the other steps follow from now on.
    """
    action = _lock_to_decide(by, action_id, ActionState.AGREED)
    values: dict[str, Any] = {"result": "", "drop_reason": "", "drop_proposed_by": None}
    now = timezone.now()
    if action.state in DROP_WAITS and action.due_at <= now:
        values["steps_at"] = _steps(now, action.centre_id)
    _move(by, action, version, ActionState.AGREED, ACTION_DROP_REFUSED, **values)


def _lock_to_decide(by: User, action_id: uuid.UUID, decided: ActionState) -> Action:
    """Raises Stale if it neither waits for a second person nor was decided so."""
    action = _lock(by, action_id)
    if not may_decide_drop(by, action):
        raise NotAllowed(Permission.TRIAGE_CONFIRM)
    if action.state not in (*DROP_WAITS, decided):
        raise stale(action_id)
    return action


def drop_with_case(*, by: User, case: Case) -> None:
    """Drop what is open when a case is closed. Called by ``mark_closed``, which refuses while a protected one is."""
    dropped = list(Action.objects.select_for_update(no_key=True).open().filter(case=case).order_by("pk"))
    for action in dropped:
        why = {"drop_reason": DropReason.CASE_CLOSED}
        _store(action, state=ActionState.DROPPED, ended_at=timezone.now(), ended_by=by, **why)
    record_all([_event(ACTION_DROPPED, by, action) for action in dropped], by=by)


def record_return(*, by: User, actions: Sequence[Action]) -> None:
    """Open actions of a body that leaves have gone back to the shift, by a trigger (casework/teams)."""
    gone = [(action, {"organisation": action.organisation_id}) for action in actions]
    record_all([_event(ACTION_RETURNED, by, action, data) for action, data in gone], by=by)


def record_dropped_and_moved(*, by: User, dropped: Sequence[Action], moved: Sequence[tuple[Action, datetime]]) -> None:
    """A trigger drops or moves actions: with a plan, or a release from prison. ``moved``: with the new due time."""
    times = [(one, {"from": one.due_at.isoformat(), "until": until.isoformat()}) for one, until in moved]
    record_all(
        [
            *(_event(ACTION_DROPPED, by, one) for one in dropped),
            *(_event(ACTION_MOVED, by, one, at) for one, at in times),
        ],
        by=by,
    )


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """What happens while nobody does it: reminded, given to the shift, escalated. The action is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    action = Action.objects.to_do().filter(pk=subject).first()
    if action is None:
        return
    if step == Step.REMIND:
        record_all([_event(ACTION_REMINDED, by, action)], by=by)
    elif step == Step.TO_SHIFT and action.user_id is not None and not action.is_of_body:
        _change(by, action, ACTION_TO_SHIFT, {"to": action.user_id}, user=None)
    elif step == Step.ESCALATE:
        _change(by, action, ACTION_ESCALATED, {}, escalated_at=now)


def release_action(*, by: User, subject: uuid.UUID, away: User, to: User | None) -> None:
    """Take the action from somebody who is away: to the deputy, or to the shift. The action is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    action = Action.objects.to_do().filter(pk=subject, user=away).first()
    if action is None:
        return
    if to is not None and can(to, Permission.CASE_READ, action.centre_id):
        _change(by, action, ACTION_TO_DEPUTY, {"to": to.pk, "for": away.pk}, also=[to], user=to)
    else:
        _change(by, action, ACTION_LEFT_BEHIND, {"to": away.pk}, user=None)


def _lock(by: User, action_id: uuid.UUID, may: Callable[[User, Action], bool] = may_carry) -> Action:
    action = Action.objects.select_for_update(no_key=True).filter(pk=action_id).first()
    if action is None or not may(by, action):
        raise NotAllowed(Permission.CASE_READ)
    return action


def _move(by: User, action: Action, version: int, to: ActionState, kind: EventKind, **values: Any) -> None:
    if action.state == to and _is_repeat(action, values):
        return
    if action.version != version or to not in ACTION_TRANSITIONS[ActionState(action.state)]:
        raise stale(action.pk)
    _change(by, action, kind, {}, state=to, **values)


def _is_repeat(action: Action, values: dict[str, Any]) -> bool:
    """Whether the same person posted the same before."""
    moments = ("begun_at", "ended_at")
    return all(getattr(action, name) == value for name, value in values.items() if name not in moments)


def _change(
    by: User, action: Action, kind: EventKind, data: dict[str, Any], also: Collection[User] = (), **values: Any
) -> None:
    had = action.user_id
    _store(action, **values)
    groups = [user_group(key) for key in {had, *(person.pk for person in also)} if key]
    record_all([_event(kind, by, action, data, groups)], by=by)


def _store(action: Action, **values: Any) -> None:
    for name, value in values.items():
        setattr(action, name, value)
    action.version += 1
    action.save(update_fields=[*values, "version"])


def _record(kind: EventKind, by: User, action: Action, data: dict[str, Any]) -> None:
    record_all([_event(kind, by, action, data)], by=by)


def _event(
    kind: EventKind, by: User, action: Action, data: dict[str, Any] | None = None, groups: Collection[str] = ()
) -> NewEvent:
    facts = {"duty": action.duty, **(data or {})}
    people = [user_group(action.user_id)] if action.user_id else []
    tell = [organisation_group(action.centre_id), *people, *groups]
    return NewEvent(kind=kind, subject=action.pk, case=action.case_id, centre=action.centre_id, data=facts, tell=tell)
