"""Processes the provider's events of outbound calls, with which somebody is called back.

First the handler's telephone rings; once the handler is in the room, the person's. The person is then treated as the
caller: the call's ``phone``, ``sid`` and label are theirs. Each function takes the call's row, locked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation.accounts.models import User

from .calls import begin_talking, end_call, enter, note
from .commands import order
from .events import CALL_PERSON_RUNG
from .models import Call, Leg
from .states import CallState, CommandState, Ending, LegState
from .vocabulary import CallParticipant, CommandKind, Direction, WhyUnreached

#: Maximum time until the person's telephone is rung; the handler's telephone rings for 20 s of it.
RUNG_BY_THEN = timedelta(seconds=90)
ALIVE = {"queued", "initiated", "ringing", "in-progress", "answered"}
ANSWERED = {"in-progress", "answered"}
#: Reasons for the provider's final statuses if nobody has answered.
WHY = {"busy": WhyUnreached.BUSY, "no-answer": WhyUnreached.NO_ANSWER, "failed": WhyUnreached.FAILED}
#: Reasons with which there is nothing to hang up: the person's telephone has ended, or was never rung.
THEIRS = {WhyUnreached.BUSY, WhyUnreached.NO_ANSWER, WhyUnreached.FAILED}


def ring_person(*, by: User, call: Call) -> None:
    """Ring the person, once, because the handler is in the room."""
    is_rung = call.commands.filter(kind=CommandKind.RING).exists()
    if call.is_outbound and call.state == CallState.CONNECTING and not is_rung:
        order(by=by, kind=CommandKind.RING, call=call)


def is_persons(*, by: User, call: Call, sid: str) -> bool:
    """Whether this telephone is the person's. The call takes the first sid reported; others are hung up."""
    if not call.is_outbound or not sid:
        return False
    if call.sid is None and not Call.objects.filter(sid=sid).exists():
        Call.objects.filter(pk=call.pk).update(sid=sid)
        call.sid = sid
        note(by, CALL_PERSON_RUNG, call)
    return call.sid == sid


def person_changed(*, by: User, call: Call, status: str, sid: str) -> None:
    """Apply the provider's status for the person's telephone. A repeat or an older event has no effect."""
    if status not in ALIVE | WHY.keys() | {"completed", "canceled"}:
        return
    if not is_persons(by=by, call=call, sid=sid):
        if status in ALIVE:
            _hang_up_person(by, call, sid)
    elif call.state == CallState.ENDED:
        if status in ALIVE and call.why_unreached and call.why_unreached not in THEIRS:
            _hang_up_person(by, call, sid)
    elif status in ANSWERED:
        _answered(by, call)
    elif status not in ALIVE:
        _gone(by, call, status)


def _answered(by: User, call: Call) -> None:
    """The person was answered and enters the room. If the room's event is lost, the sweep uses this time."""
    if call.state == CallState.CONNECTING and call.entered_at is None:
        enter(by=by, call=call)


def _gone(by: User, call: Call, status: str) -> None:
    if status == "completed" and call.state == CallState.CONNECTING:
        begin_talking(by=by, call=call)  # only an answered call can be completed; the event of the answer is late
    if call.state == CallState.TALKING:
        end_call(by=by, call=call)
    else:
        not_reached(by=by, call=call, why=WHY.get(status, WhyUnreached.NO_ANSWER))


def not_reached(*, by: User, call: Call, why: WhyUnreached) -> None:
    """End without a conversation: tell the handler who waits in the room, and stop a ringing telephone."""
    if call.state != CallState.CONNECTING:
        return
    waits = call.legs.filter(party=CallParticipant.HANDLER, state=LegState.IN_ROOM).exists()
    hears = waits and why not in (WhyUnreached.HANDLER, WhyUnreached.GIVEN_UP)
    parting = CommandKind.TELL if hears else CommandKind.HANG_UP
    end_call(by=by, call=call, ending=Ending.UNREACHED, why=why, parting=parting)
    if call.sid and why not in THEIRS:
        _hang_up_person(by, call, call.sid)


def handler_gone(*, by: User, call: Call, leg: Leg) -> None:
    """The handler left before anybody answered: the callback stays claimed and can be tried again."""
    if leg.reason == "not rung":
        why = WhyUnreached.PROVIDER
    else:
        why = WhyUnreached.GIVEN_UP if leg.joined_at else WhyUnreached.HANDLER
    not_reached(by=by, call=call, why=why)


def give_up(*, by: User, call: Call) -> bool:
    """Stop ringing for the handler. Returns False if it is not an unanswered outbound call."""
    if not call.is_outbound or call.state != CallState.CONNECTING or call.entered_at:
        return False
    not_reached(by=by, call=call, why=WhyUnreached.GIVEN_UP)
    return True


@transaction.atomic
def give_up_late(*, by: User, now: datetime) -> int:
    """End one call whose person was not rung in time; returns the number of ended calls (0 or 1).

    If the person was rung, the sweep asks the provider, as for any call without events.
    """
    late = Q(direction=Direction.OUTBOUND, state=CallState.CONNECTING, claimed_at__lt=now - RUNG_BY_THEN, sid=None)
    calls = Call.objects.live().filter(late, entered_at=None).order_by("claimed_at")
    call = calls.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if call is None:
        return 0
    is_ordered = call.commands.filter(kind=CommandKind.RING).exists()
    not_reached(by=by, call=call, why=WhyUnreached.PROVIDER if is_ordered else WhyUnreached.HANDLER)
    return 1


def _hang_up_person(by: User, call: Call, sid: str) -> None:
    """Order hanging up, once per telephone unless that failed."""
    ordered = call.commands.filter(kind=CommandKind.HANG_UP, leg=None, sid=sid)
    if sid and not ordered.exclude(state=CommandState.FAILED).exists():
        order(by=by, kind=CommandKind.HANG_UP, call=call, sid=sid)


def is_wanted(call: Call) -> bool:
    """Whether the person still has to be rung."""
    is_late = timezone.now() - (call.claimed_at or call.arrived_at) > RUNG_BY_THEN
    return call.state == CallState.CONNECTING and call.sid is None and not is_late
