"""How each command becomes a request to the provider, and what its outcome changes. (A part of the actions.)"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from hotline import telephony

from .calls import end_call, put_back, store_sound
from .commands import GOOD_FOR, finish, order
from .legs import end_leg, leg_changed, lock_leg
from .models import Call, Command, Leg, Voicemail
from .spoken import address
from .states import CallState, CommandState, LegState
from .vocabulary import CommandKind, Party

RINGS_FOR = 20  # seconds a handler's telephone rings
PARTNER_RINGS_FOR = 40
Request = Callable[[], object]


def request_for(command: Command) -> Request | None:
    """What to ask of the provider; None when its purpose is gone. Reads only."""
    match command.kind:
        case CommandKind.FETCH:
            return _fetch(command.call)
        case CommandKind.DIAL | CommandKind.ADD | CommandKind.HANG_UP:
            return _of_leg(command, Leg.objects.select_related("call__line").get(commands=command))
        case _:
            return _of_call(CommandKind(command.kind), Call.objects.get(commands=command))


def _of_leg(command: Command, leg: Leg) -> Request | None:
    if command.kind == CommandKind.HANG_UP:
        # Also where the leg counts as ended here: what we gave up may still ring, or stand alone in a room.
        return partial(telephony.hang_up, sid=leg.sid) if leg.sid else None
    late = timezone.now() - command.made_at > GOOD_FOR
    if leg.state != LegState.PLANNED or leg.call.ended_at or late:
        return None
    to, from_ = leg.phone, str(leg.call.line.number)
    status_url = address("leg_status", leg.pk)
    if command.kind == CommandKind.DIAL:
        url = address("leg_answer", leg.pk)
        return partial(telephony.dial, to=to, from_=from_, url=url, status_url=status_url, seconds=RINGS_FOR)
    room, label = leg.call.room_sid or leg.call.room, leg.label
    return partial(
        telephony.add, room=room, label=label, to=to, from_=from_, status_url=status_url, seconds=PARTNER_RINGS_FOR
    )


def _of_call(kind: CommandKind, call: Call) -> Request | None:
    if call.ended_at:
        return None
    if kind == CommandKind.CONNECT:
        is_wanted = call.state == CallState.CONNECTING
        return partial(telephony.redirect, sid=call.sid, url=address("room", call.pk)) if is_wanted else None
    if kind == CommandKind.GOODBYE:
        return partial(telephony.redirect, sid=call.sid, url=address("after", call.pk))
    if call.state != CallState.TALKING or not call.room_sid:
        return None
    return partial(telephony.hold, room=call.room_sid, label=call.room, is_held=kind == CommandKind.HOLD)


def _fetch(call: Call) -> Request | None:
    voicemail = Voicemail.objects.filter(call=call).first()
    if voicemail is None:
        return None
    if voicemail.fetched_at:  # stored by an earlier try that could not delete it at the provider
        return partial(telephony.delete_recording, sid=voicemail.recording_sid)
    return partial(telephony.fetch_recording, sid=voicemail.recording_sid)


@transaction.atomic
def done(*, by: User, command: Command, answer: object) -> None:
    """The provider has done it."""
    if command.kind in (CommandKind.DIAL, CommandKind.ADD):
        leg_changed(by=by, leg=_locked_leg(command), status="queued", sequence=None, sid=str(answer))
    elif command.kind == CommandKind.FETCH and isinstance(answer, bytes):
        voicemail = Voicemail.objects.select_related("call").get(call__commands=command)
        store_sound(by=by, voicemail=voicemail, sound=answer)
        _delete_next(command)
        return
    finish(by=by, command=command, state=CommandState.DONE)


def _delete_next(command: Command) -> None:
    """The sound is safe here: the same command goes on with deleting it at the provider."""
    Command.objects.filter(pk=command.pk, state=CommandState.WAITING).update(claimed_until=None, due_at=timezone.now())


@transaction.atomic
def dropped(*, by: User, command: Command) -> None:
    """Its purpose is gone. A telephone that was to ring and never has is not waited for."""
    finish(by=by, command=command, state=CommandState.DROPPED)
    if command.leg_id and (leg := _locked_leg(command)).state == LegState.PLANNED:
        end_leg(by=by, leg=leg, reason="not rung")


@transaction.atomic
def gone(*, by: User, command: Command, problem: int) -> None:
    """Whom we meant has hung up: the command is settled, and what we believed is put right."""
    finish(by=by, command=command, state=CommandState.DROPPED, problem=problem)
    if command.leg_id:
        end_leg(by=by, leg=_locked_leg(command), reason="gone")
    elif command.kind in (CommandKind.CONNECT, CommandKind.GOODBYE):
        end_call(by=by, call=Call.objects.locked().get(pk=command.call_id))


@transaction.atomic
def failed(*, by: User, command: Command) -> None:
    """It will not happen. Nobody is left waiting for it; the reason is shown on the desk."""
    if command.kind in (CommandKind.DIAL, CommandKind.ADD):
        end_leg(by=by, leg=_locked_leg(command), reason="not rung")
    elif command.kind == CommandKind.CONNECT:
        call = Call.objects.locked().get(pk=command.call_id)
        for leg in call.legs.locked().live().filter(party=Party.HANDLER):
            order(by=by, kind=CommandKind.HANG_UP, leg=leg)
            end_leg(by=by, leg=leg, reason="not connected")
        put_back(by=by, call=call, why="not connected")


def _locked_leg(command: Command) -> Leg:
    assert command.leg_id is not None
    return lock_leg(command.leg_id)
