"""What the outcome of a command changes, whatever its kind; ``purposes`` has each kind's own part. (Of the actions.)"""

from __future__ import annotations

from django.db import transaction

from foundation.accounts.models import User

from .commands import finish
from .models import Command
from .outbound_purposes import OUTBOUND_PURPOSES
from .purposes import PURPOSES, Purpose, Request
from .states import CommandState
from .vocabulary import CommandKind

ALL_PURPOSES = PURPOSES | OUTBOUND_PURPOSES


def request_for(command: Command) -> Request | None:
    """What to ask of the provider; None when its purpose is gone. Reads only."""
    return _purpose(command).request(command)


def _purpose(command: Command) -> Purpose:
    return ALL_PURPOSES[CommandKind(command.kind)]


@transaction.atomic
def done(*, by: User, command: Command, answer: object) -> None:
    """The provider has done it."""
    _purpose(command).done(by, command, answer)
    finish(by=by, command=command, state=CommandState.DONE)


@transaction.atomic
def dropped(*, by: User, command: Command) -> None:
    """Its purpose is gone."""
    _purpose(command).dropped(by, command)
    finish(by=by, command=command, state=CommandState.DROPPED)


@transaction.atomic
def gone(*, by: User, command: Command, problem: int) -> None:
    """Whom we meant has hung up: the command is settled, and what we believed is put right."""
    _purpose(command).gone(by, command)
    finish(by=by, command=command, state=CommandState.DROPPED, problem=problem)


@transaction.atomic
def failed(*, by: User, command: Command) -> None:
    """It will not happen. Nobody is left waiting for it; the reason is shown on the desk."""
    _purpose(command).failed(by, command)
