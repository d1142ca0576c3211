"""Legs: handlers' and partners' telephones in a call, updated from the provider's events.

Events arrive repeatedly and out of order: each leg stores the highest sequence number seen, and an ended leg stays
ended. A leg is one telephone: it takes the first sid reported; events of other sids change nothing, and those
telephones are hung up.
Legs are passed as returned by ``lock_leg`` and ``Leg.objects.lock_of``: first the call's row is locked, then theirs.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from . import outbound, room_ends
from .agents import leave_call
from .calls import LOST, answered_after_all, ask_soon, begin_talking, enter, leave_room, note, put_back
from .commands import order
from .events import CALL_ALONE, CALL_HELD, CALL_LEG_ENDED, CALL_LEG_MOVED, CALL_RESUMED
from .models import Call, Leg, LegQuerySet, WebhookEvent
from .room_presence import COMES, GOES, Passage, have_met
from .states import CLAIMED, LEG_TRANSITIONS, NOT_THERE_YET, THERE, CallState, CommandState, LegState
from .vocabulary import CallParticipant, CommandKind

#: Leg states for the provider's statuses.
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

#: Our own reasons for ending a leg; its telephone may still be ringing.
GIVEN_UP = {"not rung", "not connected", "not picked up", "left over"}
#: Events of the current room; the end of an earlier room may be reported after them.
ROOM_BEGINS = {"conference-start", COMES}
HOLDS = {"participant-hold": True, "participant-unhold": False}
#: The provider's reason for a participant who left because the room ended.
ROOM_ENDED = {"moderator_ended_conference", "conference_ended_via_api"}
#: A goodbye that was ordered this long ago had no effect and may be ordered again.
GOODBYE_WORKS_IN = timedelta(seconds=15)


def is_own(*, leg: Leg, sid: str) -> bool:
    """Whether this telephone is the leg's. A leg without a sid takes it."""
    if sid and leg.sid is None and not Leg.objects.filter(sid=sid).exists():
        Leg.objects.filter(pk=leg.pk, sid=None).update(sid=sid)
        leg.sid = sid
    return bool(sid) and leg.sid == sid


def hang_up_telephone(*, by: User, leg: Leg, sid: str) -> None:
    """Hang up a telephone that nobody waits for and that belongs to no other leg; ordered once."""
    is_known = sid == leg.call.sid or Leg.objects.filter(sid=sid).exclude(pk=leg.pk).exists()
    if sid and not is_known and not leg.commands.filter(kind=CommandKind.HANG_UP, sid=sid).exists():
        order(by=by, kind=CommandKind.HANG_UP, leg=leg, sid=sid)


def leg_changed(*, by: User, leg: Leg, status: str, sequence: int | None, sid: str) -> None:
    """Apply the provider's call status for one telephone. Older events than the last one are ignored."""
    to = STATUS.get(status)
    if to is None:
        return
    own = is_own(leg=leg, sid=sid)
    if not own or leg.state == LegState.ENDED:
        if to != LegState.ENDED and (not own or leg.reason in GIVEN_UP):
            hang_up_telephone(by=by, leg=leg, sid=sid)
        return
    if sequence is not None and sequence <= leg.sequence and to != LegState.ENDED:
        return
    known: dict[str, Any] = {"sequence": max(leg.sequence, sequence or 0)}
    if to == LegState.ENDED:
        end_leg(by=by, leg=leg, reason=status, **known)
    elif to in LEG_TRANSITIONS[LegState(leg.state)]:
        _move(by, leg, to, **known)
    else:
        Leg.objects.filter(pk=leg.pk).update(**known)


def accept_leg(*, by: User, leg: Leg, sid: str) -> bool:
    """The handler has pressed the key, or the browser phone has connected: the caller may be moved into the room.

    Returns False if the caller has left, or if the telephone is not the leg's.
    """
    call = leg.call
    if call.state not in CLAIMED or leg.state == LegState.ENDED:
        return False
    if not is_own(leg=leg, sid=sid):
        return False
    if leg.state in NOT_THERE_YET:
        _move(by, leg, LegState.ANSWERED)
    if not leg.is_bound:
        Leg.objects.filter(pk=leg.pk).update(is_bound=True)
    if call.state == CallState.CONNECTING and not call.is_outbound and not _is_connected(call):
        order(by=by, kind=CommandKind.CONNECT, call=call)
    return True


def _is_connected(call: Call) -> bool:
    return call.commands.filter(kind=CommandKind.CONNECT, made_at__gte=call.claimed_at).exists()


def enter_room(*, by: User, call: Call) -> bool:
    """Move the caller into the room. Returns False if the handler has left meanwhile: back to the queue."""
    if call.state == CallState.TALKING:
        return True
    answered = call.legs.filter(party=CallParticipant.HANDLER, state__in=THERE, user=call.claimed_by_id)
    if call.state == CallState.CONNECTING and answered.exists():
        enter(by=by, call=call)
        return True
    leave_room(by=by, call=call)
    put_back_unanswered(by=by, call=call)
    return False


def put_back_unanswered(*, by: User, call: Call) -> bool:
    """Offer the call again if the leg of the handler who claimed it has ended."""
    legs = call.legs.filter(party=CallParticipant.HANDLER, user=call.claimed_by_id).order_by("-made_at")
    if call.state != CallState.CONNECTING or legs.filter(ended_at=None).exists():
        return False
    last = legs.first()
    put_back(by=by, call=call, why=last.reason[:20] if last else "no telephone")
    return True


def room_changed(
    *, by: User, call: Call, event: str, label: str, sid: str, sequence: int | None, room_sid: str, reason: str
) -> None:
    """Apply an event of the conference. ``label``, ``sid``: the participant's; the caller's are those of the call."""
    if room_sid and call.room_sid != room_sid and (event in ROOM_BEGINS or not call.room_sid):
        Call.objects.filter(pk=call.pk).update(room_sid=room_sid)
        call.room_sid = room_sid
    if label == call.room:
        if sid in ("", call.sid) or outbound.is_persons(by=by, call=call, sid=sid):
            _caller_in_room(by, call, event, sequence, reason)
            _meet(by, call, room_sid, Passage(sequence, event, label))
    elif label and (leg := Leg.objects.lock_of(call, label)):
        if is_own(leg=leg, sid=sid):
            _leg_in_room(by, leg, event, sequence, reason)
            _meet(by, call, room_sid, Passage(sequence, event, label))
        elif event == COMES:
            hang_up_telephone(by=by, leg=leg, sid=sid)


def _caller_in_room(by: User, call: Call, event: str, sequence: int | None, reason: str) -> None:
    if event in HOLDS and not _has_caller_event(call, HOLDS, after=sequence):
        held(by=by, call=call, is_held=HOLDS[event])
    elif event == GOES:
        if reason not in ROOM_ENDED:
            _not_lost(call.legs.filter(reason=LOST))
        ask_soon(call)


def _not_lost(legs: LegQuerySet) -> None:
    """Correct the reason of these legs: the caller had ended the conversation, not the handler's telephone."""
    legs.update(reason="caller left")


def _meet(by: User, call: Call, room_sid: str, now: Passage) -> None:
    """Start the conversation once caller and handler are both in the room, in whatever order the events arrive.

    They may arrive after the end of the handler's leg, or even of the call.
    """
    if call.connected_at or call.claimed_by_id is None or now.event not in (COMES, GOES):
        return
    handlers = list(call.legs.filter(party=CallParticipant.HANDLER, user=call.claimed_by_id))
    stored = WebhookEvent.objects.filter(kind="conference", resource_sid=room_sid)
    told = [(event.sequence, _parameters(event)) for event in stored]
    passages = [Passage(n, one.get("StatusCallbackEvent", ""), one.get("ParticipantLabel", "")) for n, one in told]
    if not have_met([*passages, now], call.room, {leg.label for leg in handlers}):
        return
    begin_talking(by=by, call=call)
    answered_after_all(by=by, call=call)
    for leg in handlers:
        if leg.ended_at and call.state == CallState.TALKING:
            leg.call = call
            _handler_gone(by, leg, leg.reason)


def _leg_in_room(by: User, leg: Leg, event: str, sequence: int | None, reason: str) -> None:
    if leg.state == LegState.ENDED:
        _ended_leg_in_room(by, leg, event, reason)
        return
    if sequence is not None and sequence <= leg.room_sequence:
        return
    known: dict[str, Any] = {} if sequence is None else {"room_sequence": sequence}
    if event == COMES and leg.state != LegState.IN_ROOM:
        _move(by, leg, LegState.IN_ROOM, joined_at=timezone.now(), **known)
        if leg.party == CallParticipant.HANDLER:
            outbound.ring_person(by=by, call=leg.call)
    elif event == GOES:
        ask_soon(leg.call)
        end_leg(by=by, leg=leg, reason=reason or "left", **known)
    elif known:
        Leg.objects.filter(pk=leg.pk).update(**known)


def _ended_leg_in_room(by: User, leg: Leg, event: str, reason: str) -> None:
    """An event of an ended leg: hang it up if it is still in the room; correct its reason if the room had ended."""
    if event == COMES and leg.reason in GIVEN_UP:
        hang_up_telephone(by=by, leg=leg, sid=leg.sid or "")
    if event == GOES and reason in ROOM_ENDED and leg.reason == LOST:
        _not_lost(Leg.objects.filter(pk=leg.pk))


def _caller_events(call: Call, events: Container[str], *, after: int | None = -1) -> Iterator[dict[str, str]]:
    """Stored events of the caller in the room, of these kinds, with a higher sequence number than ``after``."""
    if after is None:
        return
    stored = WebhookEvent.objects.filter(kind="conference", resource_sid=call.room_sid, sequence__gt=after)
    for one in map(_parameters, stored):
        if one.get("ParticipantLabel") == call.room and one.get("StatusCallbackEvent") in events:
            yield one


def _parameters(event: WebhookEvent) -> dict[str, str]:
    """The parameters of an event; empty if it cannot be decrypted."""
    return read_or(event, lambda: event.parameters, {})


def _has_caller_event(call: Call, events: Container[str], *, after: int | None = -1) -> bool:
    return any(_caller_events(call, events, after=after))


def _left_by_itself(call: Call) -> bool:
    """Whether the caller left the room for another reason than its end."""
    return any(one.get("ReasonParticipantLeft") not in ROOM_ENDED for one in _caller_events(call, {GOES}))


def held(*, by: User, call: Call, is_held: bool, why: str = "") -> None:
    """Store whether the caller is on hold. ``why``: set if it differs from what was ordered."""
    if call.state == CallState.TALKING and Call.objects.filter(pk=call.pk, is_held=not is_held).update(is_held=is_held):
        call.is_held = is_held
        note(by, CALL_HELD if is_held else CALL_RESUMED, call, {"why": why} if why else None)


def end_leg(*, by: User, leg: Leg, reason: str, **known: Any) -> None:
    """End a leg, with all consequences, so that nobody waits for it.

    ``known``: other columns to update.
    """
    call = leg.call
    was_in = leg.state
    changed = Leg.objects.filter(pk=leg.pk, ended_at=None).update(
        state=LegState.ENDED, ended_at=timezone.now(), reason=reason[:40], **known
    )
    if not changed:
        return
    leg.state = LegState.ENDED
    leg.reason = reason[:40]
    note(by, CALL_LEG_ENDED, call, {"party": leg.party, "was": was_in, "reason": reason[:40]})
    if leg.party == CallParticipant.HANDLER:
        _handler_gone(by, leg, reason)
    elif call.state == CallState.TALKING:
        _partner_gone(by, leg)


def _partner_gone(by: User, leg: Leg) -> None:
    """Resume with the caller; if there is no handler any more, the conversation has ended."""
    call = leg.call
    if call.is_held:
        order(by=by, kind=CommandKind.RESUME, call=call)
    if not _others(call, leg).exists():
        if not leg.is_bound:
            say_goodbye(by=by, call=call)
        return
    for handler in call.legs.live().filter(party=CallParticipant.HANDLER):
        room_ends.bind(by=by, leg=handler)


def _handler_gone(by: User, leg: Leg, reason: str) -> None:
    """Before the conversation: offer the call again. During it: end it, or let caller and partner continue.

    If the caller is in the room already, there may have been a conversation whose events arrive later; then the
    caller's next event decides, or the sweep a few seconds later.
    """
    call = leg.call
    if call.claimed_by_id != leg.user_id:
        return
    if call.state == CallState.CONNECTING:
        _gone_before(by, leg, reason)
    elif call.state == CallState.TALKING:
        leave_call(by=by, call=call)
        if others := list(_others(call, leg)):
            for partner in others:
                room_ends.bind(by=by, leg=partner)
            if call.is_held:
                order(by=by, kind=CommandKind.RESUME, call=call)
        elif _end_without_handler(by, call, leg) and reason not in ROOM_ENDED and not _left_by_itself(call):
            Leg.objects.filter(pk=leg.pk).update(reason=LOST)


def _gone_before(by: User, leg: Leg, reason: str) -> None:
    if leg.call.is_outbound:
        outbound.handler_gone(by=by, call=leg.call, leg=leg)
    elif leg.call.entered_at is None:
        put_back(by=by, call=leg.call, why=reason[:20])


def _end_without_handler(by: User, call: Call, leg: Leg) -> bool:
    """The room has ended with the handler; else order the goodbye. Returns False if hanging up was ordered before."""
    if is_goodbye_ordered(call):
        return False
    if not leg.is_bound or leg.joined_at is None:
        say_goodbye(by=by, call=call)
    return True


def say_goodbye(*, by: User, call: Call) -> bool:
    """End the caller's call, once: a second goodbye would restart it. Returns False if it was ordered already."""
    if is_goodbye_ordered(call):
        return False
    order(by=by, kind=CommandKind.GOODBYE, call=call)
    return True


def is_goodbye_ordered(call: Call) -> bool:
    """Whether a goodbye is ordered and not finished, or finished so recently that it may still be playing."""
    ordered = call.commands.filter(kind=CommandKind.GOODBYE).exclude(state=CommandState.FAILED)
    latest = ordered.order_by("-pk").first()
    if latest is None or latest.state == CommandState.WAITING or latest.ended_at is None:
        return latest is not None
    return timezone.now() - latest.ended_at < GOODBYE_WORKS_IN


def _others(call: Call, leg: Leg) -> Any:
    """Live legs of the conversation, besides this one."""
    return call.legs.filter(state__in=THERE).exclude(pk=leg.pk)


def report_lone_caller(*, by: User, call: Call) -> None:
    """Show the shift that somebody is alone in the room."""
    if Call.objects.filter(pk=call.pk, alone_since=None).update(alone_since=timezone.now()):
        note(by, CALL_ALONE, call)


def lock_leg(leg_id: UUID) -> Leg:
    """Lock the call, then the leg. Raises Call.DoesNotExist."""
    return Call.objects.locked().get(legs=leg_id).legs.locked().get(pk=leg_id)


def _move(by: User, leg: Leg, to: LegState, **values: Any) -> None:
    Leg.objects.filter(pk=leg.pk).update(state=to, **values)
    leg.state = to
    note(by, CALL_LEG_MOVED, leg.call, {"party": leg.party, "to": to})
