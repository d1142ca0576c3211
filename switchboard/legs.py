"""Handlers' and partners' telephones in a call, as the provider tells of them. (A part of the actions.)

Events come twice and out of order: each leg remembers the highest sequence number it has seen, and an ended leg stays
ended. A leg is taken as ``lock_leg`` and ``Leg.objects.lock`` give it: its row is locked, and before it its call's.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User

from .calls import LOST, begin_talking, note, put_back
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


def leg_changed(*, by: User, leg: Leg, status: str, sequence: int | None, sid: str) -> None:
    """The provider's call status for one telephone. Older news than what is known already are left aside."""
    to = STATUS.get(status)
    if to is None or leg.state == LegState.ENDED:
        return
    if sequence is not None and sequence <= leg.sequence and to != LegState.ENDED:
        return
    known: dict[str, Any] = {"sequence": max(leg.sequence, sequence or 0), "sid": leg.sid or sid or None}
    if to == LegState.ENDED:
        end_leg(by=by, leg=leg, reason=status, **known)
    elif to in LEG_TRANSITIONS[LegState(leg.state)]:
        _move(by, leg, to, **known)
    else:
        Leg.objects.filter(pk=leg.pk).update(**known)


def accept_leg(*, by: User, leg: Leg, sid: str) -> bool:
    """The handler has pressed the key, or the browser phone has come: the caller may be moved into the room.

    False when there is nobody left to talk to.
    """
    call = leg.call
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


def enter_room(*, by: User, call: Call) -> bool:
    """The caller asks for the room. False when the handler has gone meanwhile: back into the queue."""
    if call.state == CallState.TALKING:
        return True
    answered = call.legs.filter(
        party=Party.HANDLER, state__in=[LegState.ANSWERED, LegState.IN_ROOM], user=call.claimed_by_id
    )
    if call.state != CallState.CONNECTING or not answered.exists():
        return False
    begin_talking(by=by, call=call)
    return True


def room_changed(
    *, by: User, call: Call, event: str, label: str, sequence: int | None, room_sid: str, reason: str
) -> None:
    """An event of the conference. ``label``: the participant's; the caller's is the call's own."""
    if room_sid and call.room_sid != room_sid and (event in ROOM_BEGINS or not call.room_sid):
        Call.objects.filter(pk=call.pk).update(room_sid=room_sid)
        call.room_sid = room_sid
    if label == call.room:
        if event in HOLDS and not _was_told(call, HOLDS, after=sequence):
            _held(by, call, HOLDS[event])
    elif label and (leg := Leg.objects.lock(label, call)):
        _leg_in_room(by, leg, event, sequence, reason)


def _leg_in_room(by: User, leg: Leg, event: str, sequence: int | None, reason: str) -> None:
    if leg.state == LegState.ENDED or (sequence is not None and sequence <= leg.room_sequence):
        return
    known: dict[str, Any] = {} if sequence is None else {"room_sequence": sequence}
    if event == "participant-join" and leg.state != LegState.IN_ROOM:
        _move(by, leg, LegState.IN_ROOM, joined_at=timezone.now(), **known)
    elif event == "participant-leave":
        end_leg(by=by, leg=leg, reason=reason or "left", **known)
    elif known:
        Leg.objects.filter(pk=leg.pk).update(**known)


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


def end_leg(*, by: User, leg: Leg, reason: str, **known: Any) -> None:
    """A telephone has gone, and what follows: nobody is left waiting for somebody who is not there.

    ``known``: what else is to be written into its row.
    """
    call, was_in = leg.call, leg.state
    changed = Leg.objects.filter(pk=leg.pk, ended_at=None).update(
        state=LegState.ENDED, ended_at=timezone.now(), reason=reason[:40], **known
    )
    if not changed:
        return
    note(by, "call.leg_ended", call, {"party": leg.party, "was": was_in, "reason": reason[:40]})
    if leg.party == Party.HANDLER:
        _handler_gone(by, leg, reason)
    elif call.state == CallState.TALKING and call.is_held:
        order(by=by, kind=CommandKind.RESUME, call=call)
    if leg.party == Party.PARTNER and call.state == CallState.TALKING and not _others(call, leg):
        say_goodbye(by=by, call=call)


def _handler_gone(by: User, leg: Leg, reason: str) -> None:
    """Before the conversation: the call is offered anew. In it: the handler has ended it, or a partner goes on."""
    call = leg.call
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


def say_goodbye(*, by: User, call: Call) -> bool:
    """End the caller's call; once, since a second goodbye would begin anew. False when it is ordered already."""
    if call.commands.filter(kind=CommandKind.GOODBYE).exclude(state=CommandState.FAILED).exists():
        return False
    order(by=by, kind=CommandKind.GOODBYE, call=call)
    return True


def _others(call: Call, leg: Leg) -> bool:
    """Whether somebody besides the caller is still in the conversation."""
    return call.legs.filter(state__in=[LegState.ANSWERED, LegState.IN_ROOM]).exclude(pk=leg.pk).exists()


def lock_leg(leg_id: UUID) -> Leg:
    """Raises Call.DoesNotExist."""
    return Call.objects.locked().get(legs=leg_id).legs.locked().get(pk=leg_id)


def _move(by: User, leg: Leg, to: LegState, **values: Any) -> None:
    Leg.objects.filter(pk=leg.pk).update(state=to, **values)
    leg.state = to
    note(by, "call.leg_moved", leg.call, {"party": leg.party, "to": to})
