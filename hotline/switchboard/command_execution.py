"""Applies the outcome of commands of any kind; ``purposes`` has the part of each kind."""

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
    """The request to the provider; None if the command is not needed any more. Read-only."""
    return _purpose(command).request(command)


def _purpose(command: Command) -> Purpose:
    return ALL_PURPOSES[CommandKind(command.kind)]


@transaction.atomic
def done(*, by: User, command: Command, answer: object) -> None:
    """The provider has executed the command."""
    _purpose(command).done(by, command, answer)
    finish(by=by, command=command, state=CommandState.DONE)


@transaction.atomic
def dropped(*, by: User, command: Command) -> None:
    """The command is not needed any more."""
    _purpose(command).dropped(by, command)
    finish(by=by, command=command, state=CommandState.DROPPED)


@transaction.atomic
def gone(*, by: User, command: Command, problem: int) -> None:
    """The provider does not know the call or participant any more: settle the command and correct our state."""
    _purpose(command).gone(by, command)
    finish(by=by, command=command, state=CommandState.DROPPED, problem=problem)


@transaction.atomic
def failed(*, by: User, command: Command) -> None:
    """The command failed finally. Nobody may be left waiting for it; the desk shows the reason."""
    _purpose(command).failed(by, command)
