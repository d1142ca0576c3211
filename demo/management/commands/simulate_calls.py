"""Runs simulated calls."""

from __future__ import annotations

import statistics
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.arguments import number_of
from demo.call_setup import NotReady, Stage, find_stage, run_to_the_end
from demo.calling import SETTLING, Plan, Result, Seen, Shift, play
from demo.invariants import broken
from demo.people import PASSWORD
from demo.shift import call_in
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.switchboard.models import Call
from hotline.switchboard.states import Ending


class Command(BaseCommand):
    help = (
        "Lets simulated callers ring a running demo, and handlers answer; prints what came of it and ends with 1 when "
        "something that must hold does not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--calls", type=number_of(int, 1, 100_000), default=30, help="how many (default: 30)")
        parser.add_argument(
            "--rate", type=number_of(float, 0.001, 100), default=0.5, help="calls per second (default: 0.5)"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same callers for the same seed (default: 1)")
        parser.add_argument(
            "--scale", type=number_of(float, 0.1, 1000), default=20.0, help="how much faster than life people are (20)"
        )
        parser.add_argument("--realtime", action="store_true", help="as fast as life, and nobody answers but you")
        parser.add_argument(
            "--faults",
            type=number_of(float, 0, 0.16),
            default=0.0,
            help="share of each thing that may go wrong at the provider (0)",
        )
        parser.add_argument("--line", default="", help="a line of your own, where this is no demo; with --realtime")
        parser.add_argument(
            "--handlers", type=number_of(int, 1, 89), default=8, help="simulated handlers (8; none with --realtime)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stage = find_stage(number=options["line"], with_handlers=not options["realtime"])
        except NotReady as missing:
            raise CommandError(str(missing)) from None
        coordinator = stage.coordinator
        scale = 1.0 if options["realtime"] else options["scale"]
        plan = Plan(options["calls"], options["rate"], scale, options["seed"], faults=options["faults"])
        if plan.faults:  # more of what a fault may lose
            plan = replace(plan, callbacks=0.3)
        emails = [] if options["realtime"] else call_in(coordinator, options["handlers"])
        shift = Shift(settings.LOTSE_PUBLIC_BASE_URL, emails, PASSWORD, scale)
        shift.start(SETTLING)  # no calls before the handlers are ready
        since = timezone.now()
        begun = time.monotonic()

        def settle(seen: Seen) -> list[str]:
            shift.stop()
            return self._wrong(coordinator, since, seen)

        try:
            result = run_to_the_end(self._play(plan, stage, settle))
        except NotReady as stopped:
            raise CommandError(str(stopped), returncode=130) from None
        finally:
            shift.stop()
        took = time.monotonic() - begun
        wrong = [*self._provider_says(result), *result.wrong]
        self._report(result, took, self._endings(coordinator, since))
        for line in wrong[:50]:
            self.stdout.write(f"WRONG  {line}")
        if wrong:
            raise CommandError(f"{len(wrong)} things are wrong.")
        self.stdout.write("Everything that must hold does.")

    def _play(self, plan: Plan, stage: Stage, settle: Callable[[Seen], list[str]]) -> Coroutine[Any, Any, Result]:
        known = settings.TELEPHONY
        return play(
            plan,
            account=known["account"],
            token=known["token"],
            api_url=known["api_url"],
            public_url=known["public_url"],
            number=stage.number,
            say=self._progress,
            settle=settle,
        )

    def _progress(self, text: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(text, ending="\r")
            self.stdout.flush()

    def _wrong(self, coordinator: User, since: datetime, seen: Seen) -> list[str]:
        """What is wrong at this moment; some of it settles."""
        assert coordinator.centre is not None
        with acting_as(coordinator, purpose="simulation"):
            return broken(coordinator.centre, since, seen)

    def _provider_says(self, result: Result) -> list[str]:
        wrong = [f"the provider refused: {text}" for text in result.violations]
        wrong += [f"still open at the provider: {sid}" for sid in result.still_open]
        wrong += [f"a caller was lost: {text}" for text in result.lost]
        if result.server_errors:
            wrong.append(f"{result.server_errors} webhooks were answered with a server error")
        return wrong

    def _endings(self, coordinator: User, since: datetime) -> Counter[Ending]:
        """How the calls ended, as the platform has it."""
        assert coordinator.centre is not None
        with acting_as(coordinator, purpose="simulation"):
            ended = Call.objects.inbound().filter(
                centre=coordinator.centre, arrived_at__gte=since, ended_at__isnull=False
            )
            return Counter(Ending(ending) for ending in ended.values_list("ending", flat=True))

    def _report(self, result: Result, took: float, endings: Counter[Ending]) -> None:
        """``took``: real seconds from the first ring to the last webhook."""
        waits = result.waits or [0.0]
        webhooks = result.latencies["all"].count if result.latencies else 0
        self.stdout.write(
            f"{len(result.outcomes)} calls in {took:.0f} s, {webhooks / took:.1f} webhooks a second.\n"
            f"Ended: {', '.join(f'{count} {ending.label}' for ending, count in endings.most_common()) or 'none'}.\n"
            f"Faults: {', '.join(f'{count} {name}' for name, count in sorted(result.faults.items())) or 'none'}.\n"
            f"Waited (simulated seconds): median {statistics.median(waits):.0f}, longest {waits[-1]:.0f}."
        )
        for kind, found in sorted(result.latencies.items()):
            self.stdout.write(
                f"  {kind:<16} {found.count:6} webhooks, p50 {found.p50 * 1000:5.1f} ms, p99 {found.p99 * 1000:6.1f} ms"
                f", {found.server_errors} server errors, {found.no_answer} without an answer"
            )
