"""Celery tasks that carry out commands to the provider and run the queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from celery import shared_task
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.journal.time_limits import TASK_LASTS
from foundation.privacy.context import acting_as
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
#: Seconds of one round of questions to the provider; then the next one begins, with those that were not asked.
ASKS_FOR = 5.0


@shared_task(name="switchboard.tasks.run_commands")
def run_commands(event_id: int | None = None) -> None:
    """Carry out what is due, one after the other, while there is more; what is due meanwhile, other threads carry out.

    Woken by the relay, by the time of a retry, and by beat for what was left lying.
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
            except Exception:  # the others are carried out all the same; this one is tried again after its lease
                log.exception("command %s could not be carried out", command.pk)


def _run(service: User, command: Command) -> None:
    """The request to the provider stands between two transactions: what is to be asked, and what came of it."""
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
    """Every two seconds: offers that ran out, claims that came to nothing, calls nobody was shown or that end."""
    service = service_user(Service.TELEPHONE)
    now = timezone.now()
    _in_turn(service, partial(expire_offers, by=service, now=now))
    for step in sweep.STEPS:
        for _round in range(MOST_ROUNDS):  # each on its own: two calls are never locked at once
            if not _in_turn(service, partial(step, by=service, now=now)):
                break
    _in_turn(service, partial(sweep.offer_what_waits, by=service))
    _in_turn(service, partial(hang_up_ended, by=service))


def _in_turn(service: User, step: Callable[[], int | None]) -> int:
    """One transaction of the sweep. What fails for one call stops that kind of step only, until the next run."""
    try:
        with acting_as(service, purpose="queue"):
            return step() or 0
    except Exception:
        log.exception("a step of the queue's sweep failed")
        return 0


@shared_task(name="switchboard.tasks.ask_about_calls")
def ask_about_calls() -> None:
    """Calls and legs that the provider has not spoken of for long: it is asked, and the answer applied."""
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
                return  # it does not answer: the others are asked the next time
            continue
        with acting_as(service, purpose="sweep"):
            sweep.apply(by=service, one=one, status=status)
