"""Makes the fictional centre, its network and its year."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.make import NotADemo, is_begun, is_whole, make_demo, refuse_real_data
from demo.people import PEOPLE

SEED = 20160101
ALREADY = "There is a demo in this database already."
CUT_OFF = "The making of the demo was cut off here. Start again with an empty database (another --data directory)."


class Command(BaseCommand):
    help = (
        "Fills an empty database with a fictional centre, its network and a year of contacts. Never touches real data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed and day give the same year")
        parser.add_argument(
            "--share", type=float, default=1.0, help="how much of the year is invented (1.0: all of it)"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing where a demo is already")

    def handle(self, *args: Any, **options: Any) -> None:
        share = options["share"]
        if not 0 < share <= 1:
            raise CommandError("--share must be more than 0 and at most 1, for example 0.1.")
        try:
            refuse_real_data()
            if is_begun():
                if options["if_empty"] and is_whole():
                    return
                raise CommandError(ALREADY if is_whole() else CUT_OFF)
            make_demo(seed=options["seed"], now=timezone.localtime(), say=self.stdout.write, share=share)
        except NotADemo as found:
            raise CommandError(f"This database holds {found}; the demo is made in an empty one only.") from None
        if not options["if_empty"]:
            for email, role, password in PEOPLE:
                self.stdout.write(f"{email:<28} {role:<24} {password}")
