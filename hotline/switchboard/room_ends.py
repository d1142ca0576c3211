"""Decides whose leaving ends the room for everybody.

It ends with the handler, so that no caller stays alone even if events get lost. If a partner was added, caller and
partner may continue, and after the handover it ends with the partner.
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
    """Make the room end when this telephone leaves."""
    if not _will_be_bound(leg):
        order(by=by, kind=CommandKind.BIND, leg=leg)


def unbind(*, by: User, leg: Leg) -> None:
    """Let the room continue when this telephone leaves."""
    if _will_be_bound(leg):
        order(by=by, kind=CommandKind.UNBIND, leg=leg)


def _will_be_bound(leg: Leg) -> bool:
    """Whether the room will end with this leg after all ordered commands."""
    waiting = leg.commands.filter(kind__in=[CommandKind.BIND, CommandKind.UNBIND], state__in=COMMAND_WAITING)
    last = waiting.order_by("-pk").first()
    return last.kind == CommandKind.BIND if last else leg.is_bound


def drop_handover(*, by: User, leg: Leg) -> None:
    """Cancel the handover: unbinding failed, so hanging up the handler would end the room for everybody."""
    call = leg.call
    waiting = Command.objects.filter(call=call, kind=CommandKind.HANG_UP, leg=leg, state__in=COMMAND_WAITING)
    if waiting.update(state=CommandState.DROPPED, ended_at=timezone.now()):
        note(by, CALL_HANDOVER_FAILED, call)
        keep_room(by=by, call=call)


def keep_room(*, by: User, call: Call) -> None:
    """The handler stays after all: the room must not end with the partner."""
    for partner in call.legs.live().filter(party=CallParticipant.PARTNER):
        unbind(by=by, leg=partner)
