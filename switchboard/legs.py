"""Handlers' and partners' telephones in a call, as the provider tells of them. (A part of the actions.)

Events come twice and out of order: each leg remembers the highest sequence number it has seen, and an ended leg stays
ended.
"""

from __future__ import annotations

from collections.abc import Container

from django.db import transaction
from django.utils import timezone

from accounts.models import User

from .calls import LOST, begin_talking, lock_call, note, put_back
from .commands import order
from .models import Call, Leg, WebhookEvent
from .seats import leave_call
from .states import LEG_TRANSITIONS, CallState, CommandState, LegState
from .vocabulary import CommandKind, Party

#: What the provider's words mean for a leg.
STATUS: dict[str, LegState] = {
    "queued": LegState.RINGING,
    "initiated": LegState.RINGING,
    "ringing": LegState.RINGING,
    "in-progress": LegState.ANSWERED,
    "answered": LegState.ANSWERED,
    "completed": LegState.ENDED,
    "busy": LegState.ENDED,
    "no-answer": LegState.ENDED,
    "failed": LegState.ENDED,
    "canceled": LegState.ENDED,
}

#: Events that tell of the room of now; the end of an earlier one may be told later.
ROOM_BEGINS = {"conference-start", "participant-join"}
HOLDS = {"participant-hold": True, "participant-unhold": False}


@transaction.atomic(savepoint=False)
def leg_changed(*, by: User, leg: Leg, status: str, sequence: int | None, sid: str) -> None:
    """The provider's call status for one telephone. Older news than what is known already are left aside."""
    call = lock_call(leg.call_id)
    leg = lock_leg(leg)
    to = STATUS.get(status)
    if to is None or leg.state == LegState.ENDED:
        return
    if sequence is not None and sequence <= leg.sequence and to != LegState.ENDED:
        return
    Leg.objects.filter(pk=leg.pk).update(sequence=max(leg.sequence, sequence or 0), sid=leg.sid or sid or None)
    if to == LegState.ENDED:
        end_leg(by=by, call=call, leg=leg, reason=status)
    elif to in LEG_TRANSITIONS[LegState(leg.state)]:
        _move(by, leg, to)


@transaction.atomic(savepoint=False)
def accept_leg(*, by: User, leg: Leg, sid: str) -> bool:
    """The handler has pressed the key, or the browser phone has come: the caller may be moved into the room.

    False when there is nobody left to talk to.
    """
    call = lock_call(leg.call_id)
    leg = lock_leg(leg)
    if call.state not in (CallState.CONNECTING, CallState.TALKING) or leg.state == LegState.ENDED:
        return False
    Leg.objects.filter(pk=leg.pk, sid=None).update(sid=sid or None)
    if leg.state in (LegState.PLANNED, LegState.RINGING):
        _move(by, leg, LegState.ANSWERED)
    if call.state == CallState.CONNECTING and not _is_connected(call):
        order(by=by, kind=CommandKind.CONNECT, call=call)
    return True


def _is_connected(call: Call) -> bool:
    return call.commands.filter(kind=CommandKind.CONNECT, made_at__gte=call.claimed_at).exists()


@transaction.atomic(savepoint=False)
def enter_room(*, by: User, call: Call) -> bool:
    """The caller asks for the room. False when the handler has gone meanwhile: back into the queue."""
    call = lock_call(call.pk)
    if call.state == CallState.TALKING:
        return True
    answered = Leg.objects.live().filter(
        call=call, party=Party.HANDLER, state__in=[LegState.ANSWERED, LegState.IN_ROOM], user=call.claimed_by
    )
    if call.state != CallState.CONNECTING or not answered.exists():
        return False
    begin_talking(by=by, call=call)
    return True


@transaction.atomic(savepoint=False)
def room_changed(
    *, by: User, call: Call, event: str, label: str, sequence: int | None, room_sid: str, reason: str
) -> None:
    """An event of the conference. ``label``: the participant's; the caller's is the call's own."""
    call = lock_call(call.pk)
    if room_sid and call.room_sid != room_sid and (event in ROOM_BEGINS or not call.room_sid):
        Call.objects.filter(pk=call.pk).update(room_sid=room_sid)
        call.room_sid = room_sid
    leg = Leg.objects.filter(call=call, pk=label).first() if label and label != call.room else None
    if leg:
        _leg_in_room(by, call, lock_leg(leg), event, sequence, reason)
    elif label == call.room and event in HOLDS and not _was_told(call, HOLDS, after=sequence):
        _held(by, call, HOLDS[event])


def _leg_in_room(by: User, call: Call, leg: Leg, event: str, sequence: int | None, reason: str) -> None:
    if leg.state == LegState.ENDED or (sequence is not None and sequence <= leg.room_sequence):
        return
    if sequence is not None:
        Leg.objects.filter(pk=leg.pk).update(room_sequence=sequence)
    if event == "participant-join" and leg.state != LegState.IN_ROOM:
        Leg.objects.filter(pk=leg.pk).update(joined_at=timezone.now())
        _move(by, leg, LegState.IN_ROOM)
    elif event == "participant-leave":
        end_leg(by=by, call=call, leg=leg, reason=reason or "left")


def _was_told(call: Call, events: Container[str], *, after: int | None = -1) -> bool:
    """Whether the room has told one of these of the caller, with a higher number than ``after``."""
    if after is None:
        return False
    stored = WebhookEvent.objects.filter(kind="conference", resource_sid=call.room_sid, sequence__gt=after)
    told = [event.parameters for event in stored]
    return any(one.get("ParticipantLabel") == call.room and one.get("StatusCallbackEvent") in events for one in told)


def _held(by: User, call: Call, is_held: bool) -> None:
    if call.state == CallState.TALKING and Call.objects.filter(pk=call.pk, is_held=not is_held).update(is_held=is_held):
        note(by, "call.held" if is_held else "call.resumed", call)


@transaction.atomic(savepoint=False)
def end_leg(*, by: User, call: Call, leg: Leg, reason: str) -> None:
    """A telephone has gone, and what follows: nobody is left waiting for somebody who is not there."""
    was_in = leg.state
    changed = Leg.objects.filter(pk=leg.pk, ended_at=None).update(
        state=LegState.ENDED, ended_at=timezone.now(), reason=reason[:40]
    )
    if not changed:
        return
    note(by, "call.leg_ended", call, {"party": leg.party, "was": was_in, "reason": reason[:40]})
    if leg.party == Party.HANDLER:
        _handler_gone(by, call, leg, reason)
    elif call.state == CallState.TALKING and call.is_held:
        order(by=by, kind=CommandKind.RESUME, call=call)
    if leg.party == Party.PARTNER and call.state == CallState.TALKING and not _others(call, leg):
        say_goodbye(by=by, call=call)


def _handler_gone(by: User, call: Call, leg: Leg, reason: str) -> None:
    """Before the conversation: the call is offered anew. In it: the handler has ended it, or a partner goes on."""
    if call.claimed_by_id != leg.user_id:
        return
    if call.state == CallState.CONNECTING:
        put_back(by=by, call=call, why=reason[:20])
    elif call.state == CallState.TALKING:
        leave_call(by=by, call=call)
        if _others(call, leg):
            if call.is_held:
                order(by=by, kind=CommandKind.RESUME, call=call)
        elif say_goodbye(by=by, call=call) and not _was_told(call, {"participant-leave"}):
            Leg.objects.filter(pk=leg.pk).update(reason=LOST)


@transaction.atomic(savepoint=False)
def say_goodbye(*, by: User, call: Call) -> bool:
    """End the caller's call; once, since a second goodbye would begin anew. False when it is ordered already."""
    if call.commands.filter(kind=CommandKind.GOODBYE).exclude(state=CommandState.FAILED).exists():
        return False
    order(by=by, kind=CommandKind.GOODBYE, call=call)
    return True


def _others(call: Call, leg: Leg) -> bool:
    """Whether somebody besides the caller is still in the conversation."""
    return (
        Leg.objects.live()
        .filter(call=call, state__in=[LegState.ANSWERED, LegState.IN_ROOM])
        .exclude(pk=leg.pk)
        .exists()
    )


def lock_leg(leg: Leg) -> Leg:
    return Leg.objects.select_for_update(no_key=True).get(pk=leg.pk)


def _move(by: User, leg: Leg, to: LegState) -> None:
    Leg.objects.filter(pk=leg.pk).update(state=to)
    leg.state = to
    note(by, "call.leg_moved", leg.call, {"party": leg.party, "to": to})
