"""Celery tasks that execute commands to the provider and run the queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from celery import shared_task
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.time_limits import TASK_LASTS
from hotline.telephony import provider
from hotline.telephony.provider import Gone, Later, RequestRefused, TelephonyError

from . import command_execution, sweep
from .commands import claim_commands, finish, try_again, wake_another
from .dispatch import expire_offers
from .endings import hang_up_ended
from .models import Command
from .states import CommandState

log = logging.getLogger(__name__)
MOST_ROUNDS = 20
#: Seconds of one round of status requests; the next round continues with the remaining calls.
ASKS_FOR = 5.0


@shared_task(name="switchboard.tasks.run_commands")
def run_commands(event_id: int | None = None) -> None:
    """Execute due commands, one after the other, until there are none. Other threads may execute some at the same time.

    Called by the relay, at the time of a retry, and by beat for missed commands.
    """
    service = service_user(Service.TELEPHONE)
    until = time.monotonic() + TASK_LASTS
    while time.monotonic() < until:
        with acting_as(service, purpose="commands"):
            claimed = claim_commands()
            if claimed:
                wake_another()
        if not claimed:
            return
        for command in claimed:
            try:
                _run(service, command)
            except Exception:  # execute the others; this one is retried after its lease
                log.exception("command %s could not be carried out", command.pk)


def _run(service: User, command: Command) -> None:
    """Build the request in one transaction, send it outside any, and store the outcome in another."""
    with acting_as(service, purpose="commands"):
        request = command_execution.request_for(command)
        if request is None:
            command_execution.dropped(by=service, command=command)
            return
    try:
        answer = request()
    except TelephonyError as problem:
        with acting_as(service, purpose="commands"):
            _settle(service, command, problem)
    else:
        with acting_as(service, purpose="commands"):
            command_execution.done(by=service, command=command, answer=answer)


def _settle(service: User, command: Command, problem: TelephonyError) -> None:
    if isinstance(problem, Gone):
        command_execution.gone(by=service, command=command, problem=problem.code)
    elif isinstance(problem, Later):
        if not try_again(by=service, command=command, problem=problem.code, now=timezone.now()):
            command_execution.failed(by=service, command=command)
    else:
        finish(by=service, command=command, state=CommandState.FAILED, problem=problem.code)
        command_execution.failed(by=service, command=command)


@shared_task(name="switchboard.tasks.run_queue")
def run_queue() -> None:
    """Every two seconds: expired offers, expired claims, calls without an offer, calls to hang up."""
    service = service_user(Service.TELEPHONE)
    now = timezone.now()
    _in_turn(service, partial(expire_offers, by=service, now=now))
    for step in sweep.STEPS:
        for _round in range(MOST_ROUNDS):  # one transaction each, so that two calls are never locked at once
            if not _in_turn(service, partial(step, by=service, now=now)):
                break
    _in_turn(service, partial(sweep.offer_what_waits, by=service))
    _in_turn(service, partial(hang_up_ended, by=service))


def _in_turn(service: User, step: Callable[[], int | None]) -> int:
    """One transaction of the sweep. An error stops this kind of step only, until the next run."""
    try:
        with acting_as(service, purpose="queue"):
            return step() or 0
    except Exception:
        log.exception("a step of the queue's sweep failed")
        return 0


@shared_task(name="switchboard.tasks.ask_about_calls")
def ask_about_calls() -> None:
    """Ask the provider about calls and legs without recent events, and apply the answers."""
    service = service_user(Service.TELEPHONE)
    if not provider.is_connected():
        return
    with acting_as(service, purpose="sweep"):
        silent = sweep.silent(timezone.now())
    until = time.monotonic() + ASKS_FOR
    for one in silent:
        if time.monotonic() > until:
            return
        try:
            status = provider.state_of(sid=one.sid)
        except Gone:
            status = "completed"
        except (Later, RequestRefused) as problem:
            log.warning("the provider could not be asked about %s: %s", one.key, problem.code)
            if not problem.code:
                return  # the provider does not respond: ask about the others in the next run
            continue
        with acting_as(service, purpose="sweep"):
            sweep.apply(by=service, one=one, status=status)
