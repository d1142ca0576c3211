"""Commands to the provider: an outbox, written in the transaction of the change and executed by a task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group
from foundation.journal.actions import record
from foundation.journal.wake import wake_after
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.leases import Backoff

from .events import CALL_COMMAND_DELAYED, CALL_COMMAND_FAILED, COMMAND_HASTENED, COMMAND_ORDERED
from .models import Call, Command, CommandQuerySet, Leg
from .states import COMMAND_TRANSITIONS, COMMAND_WAITING, CommandState
from .vocabulary import CommandKind

#: Longer than the requests of one command: two requests, or the download of a voicemail.
LEASE = timedelta(seconds=30)
#: Seconds before the next attempt, by the number of attempts so far; after the last one the command has failed.
RETRY_AFTER = (1, 2, 4, 8, 15, 30)
#: Other delays: a caller alone in a room cannot wait, a sound may be available late, a recording has to be deleted.
RETRIES_OF: dict[str, tuple[int, ...]] = {
    CommandKind.GOODBYE: (1, 1, 2, 2, 3, 3, 5, 5, 5, *[10] * 30),
    CommandKind.RING: (1, 2, 4, 8),  # the handler hears nothing until then
    CommandKind.FETCH: (2, 3, 5, 10, 20, 30, 60, 60, 120, 120, 180),
    CommandKind.DELETE: (5, 30, 60, 300, 600, *[1800] * 24),
}
#: Retries of these are not shown at the desk: nobody waits for them, and a late sound is normal.
UNSEEN = {CommandKind.FETCH, CommandKind.DELETE}
#: Commands are useless after this time: the handler no longer waits, or the caller has left.
GOOD_FOR = timedelta(minutes=2)
TASK = "switchboard.tasks.run_commands"


def order(
    *, by: User, kind: CommandKind, call: Call | None = None, leg: Leg | None = None, after: float = 0, **values: Any
) -> Command:
    """Insert the command; its event wakes the task after the commit. ``after``: delay in seconds."""
    about = call or (leg.call if leg else None)
    if about is None:
        raise ValueError("a command is about a call")
    if after:
        values["due_at"] = timezone.now() + timedelta(seconds=after)
    command = Command.objects.create(centre_id=about.centre_id, kind=kind, call=about, leg=leg, **values)
    _wake(by, command, COMMAND_ORDERED)
    if after:
        wake_after(TASK, after)
    return command


def hasten(*, by: User, command: Command) -> None:
    """Make the command due now, because what it waited for has happened."""
    changed = Command.objects.filter(pk=command.pk, state__in=COMMAND_WAITING).update(due_at=timezone.now())
    if changed:
        _wake(by, command, COMMAND_HASTENED)


def _wake(by: User, command: Command, kind: EventKind) -> None:
    data = {"command": command.pk, "kind": command.kind}
    record(kind, by=by, subject=command.call_id, centre=command.centre_id, data=data, wake=TASK)


def _due() -> CommandQuerySet:
    """The oldest command of each call, if it is due: commands of a call run in order.

    Only the goodbye does not wait for earlier ones that fail, so that no caller is kept on the line.
    """
    waiting = Command.objects.filter(state__in=COMMAND_WAITING)
    earlier = waiting.filter(call=OuterRef("call"), pk__lt=OuterRef("pk"))
    due = waiting.filter(due_at__lte=Now())
    return due.filter(Q(kind=CommandKind.GOODBYE) | ~Exists(earlier)).order_by("due_at", "id")


def claim_commands(most: int = 1) -> list[Command]:
    """Claim due commands until the lease expires. One at a time, because the lease is not longer."""
    commands = _due().select_related("call__line", "leg__user").claim(LEASE, most=most, counts=True)
    for command in commands:
        if command.leg:
            command.leg.call = command.call  # the same row; avoids a second join
    return commands


def wake_another() -> None:
    """Wake another thread if another command is due, so that it need not wait for this one."""
    if _due().free().exists():
        wake_after(TASK)


@transaction.atomic
def finish(*, by: User, command: Command, state: CommandState, problem: int = 0) -> None:
    """Store the end of the command. A repeat (the lease had expired) has no effect."""
    if state not in COMMAND_TRANSITIONS[CommandState.WAITING]:
        raise ValueError(state)
    command.problem = problem
    changed = Command.objects.filter(pk=command.pk, state__in=COMMAND_WAITING).update(
        state=state, ended_at=timezone.now(), claimed_until=None, problem=problem
    )
    if changed and state == CommandState.FAILED:
        _tell(by, command, CALL_COMMAND_FAILED, problem)


@transaction.atomic
def try_again(*, by: User, command: Command, problem: int, now: datetime) -> bool:
    """Schedule the next attempt. Returns False if there is none left and the command has failed."""
    pause = Backoff(RETRIES_OF.get(command.kind, RETRY_AFTER)).after(command.attempts)
    if pause is None:
        finish(by=by, command=command, state=CommandState.FAILED, problem=problem)
        return False
    waiting = Command.objects.filter(state__in=COMMAND_WAITING)
    if not waiting.try_again(command, pause, now=now, problem=problem):
        return True  # another attempt is running, or the command has ended
    wake_after(TASK, pause)
    if command.attempts == 1 and command.kind not in UNSEEN:
        _tell(by, command, CALL_COMMAND_DELAYED, problem)
    return True


def _tell(by: User, command: Command, kind: EventKind, problem: int) -> None:
    """Write the event that shows the telephone's problem at the desk."""
    record(
        kind,
        by=by,
        subject=command.call_id,
        centre=command.centre_id,
        data={"kind": command.kind, "problem": problem},
        tell=(organisation_group(command.centre_id),),
    )
