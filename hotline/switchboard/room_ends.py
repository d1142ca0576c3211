"""With whose leaving the room ends for everybody. (A part of the actions.)

It ends with the handler, so that nobody stays behind alone even where no event reaches us; unless a partner was rung
into it: then caller and partner may go on, and after the handover it ends with the partner.
"""

from __future__ import annotations

from django.utils import timezone

from foundation.accounts.models import User

from .calls import note
from .commands import order
from .events import CALL_HANDOVER_FAILED
from .models import Call, Command, Leg
from .states import COMMAND_WAITING, CommandState
from .vocabulary import CallParticipant, CommandKind


def bind(*, by: User, leg: Leg) -> None:
    """The room is to end with this telephone."""
    if not _will_be_bound(leg):
        order(by=by, kind=CommandKind.BIND, leg=leg)


def unbind(*, by: User, leg: Leg) -> None:
    """The room is to go on without this telephone."""
    if _will_be_bound(leg):
        order(by=by, kind=CommandKind.UNBIND, leg=leg)


def _will_be_bound(leg: Leg) -> bool:
    """Once everything ordered so far is done."""
    waiting = leg.commands.filter(kind__in=[CommandKind.BIND, CommandKind.UNBIND], state__in=COMMAND_WAITING)
    last = waiting.order_by("-pk").first()
    return last.kind == CommandKind.BIND if last else leg.is_bound


def drop_handover(*, by: User, leg: Leg) -> None:
    """The room could not be told to go on without the handler, who stays: hanging up would end it for everybody."""
    call = leg.call
    waiting = Command.objects.filter(call=call, kind=CommandKind.HANG_UP, leg=leg, state__in=COMMAND_WAITING)
    if waiting.update(state=CommandState.DROPPED, ended_at=timezone.now()):
        note(by, CALL_HANDOVER_FAILED, call)
        keep_room(by=by, call=call)


def keep_room(*, by: User, call: Call) -> None:
    """The handler stays after all: the partner's leaving is not to end the conversation."""
    for partner in call.legs.live().filter(party=CallParticipant.PARTNER):
        unbind(by=by, leg=partner)
