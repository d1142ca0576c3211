"""Runs the main job over HTTP against a running server."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.browser import NoAnswer
from demo.people import PASSWORD
from demo.rehearsal import STEPS, RehearsalStep
from demo.rehearsal_context import Rehearsal, Wrong


class Command(BaseCommand):
    help = "Walks the main job over HTTP against a running server, and ends with 1 at the first thing that is wrong."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the server answers")
        for person in ("handler", "partner", "coordinator", "stranger"):
            default = getattr(Rehearsal, f"{person}_email")
            help_ = "somebody of another partner" if person == "stranger" else f"the {person}'s e-mail address"
            parser.add_argument(f"--{person}", default=default, help=f"{help_} (default: {default})")
        parser.add_argument("--password", default=PASSWORD, help="the password of all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        rehearsal = self.prepare(options)
        began = time.perf_counter()
        with rehearsal.to_close:
            for step in STEPS:
                self.take(step, rehearsal)
        self.stdout.write(f"All {len(STEPS)} steps are right, in {time.perf_counter() - began:.1f} s.")

    def take(self, step: RehearsalStep, rehearsal: Rehearsal) -> None:
        since = time.perf_counter()
        try:
            result = step.run(rehearsal)
        except (Wrong, NoAnswer) as error:
            raise CommandError(f"{step.name}: {error}") from None
        except Exception as error:  # whatever a server that is none of ours, or has other data, answers
            what = " ".join(str(error).split())[:200]
            raise CommandError(f"{step.name}: something else came ({type(error).__name__}: {what})") from error
        self.stdout.write(f"{step.name:<26} {(time.perf_counter() - since) * 1000:6.0f} ms  {result}")

    def prepare(self, options: dict[str, Any]) -> Rehearsal:
        people = {f"{person}_email": options[person] for person in ("handler", "partner", "coordinator", "stranger")}
        try:
            return Rehearsal(options["url"], password=options["password"], **people)
        except ValueError as error:
            raise CommandError(str(error)) from None
