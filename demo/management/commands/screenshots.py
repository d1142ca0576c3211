"""Makes screenshots of every screen of a running server."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.people import PASSWORD
from demo.screenshots import LOOKS, SCREENS, NoBrowser, Visitor, chromium, take_pictures


class Command(BaseCommand):
    help = "Makes pictures of every screen of a running server, in each look and language. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the server answers")
        parser.add_argument("--out", type=Path, default=Path("screenshots"), help="the folder for the pictures")
        parser.add_argument("--only", nargs="+", default=[], metavar="SCREEN", help="these screens")
        parser.add_argument("--looks", nargs="+", default=list(LOOKS), choices=list(LOOKS))
        codes = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--languages", nargs="+", default=codes, choices=codes)
        parser.add_argument("--email", default="", help="one person for all screens, where the demo's are not there")
        parser.add_argument("--password", default=PASSWORD)

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [screen for screen in SCREENS if not options["only"] or screen.name in options["only"]]
        if unknown := set(options["only"]) - {screen.name for screen in SCREENS}:
            known = ", ".join(sorted(screen.name for screen in SCREENS))
            raise CommandError(f"There is no screen {', '.join(sorted(unknown))}. Screens: {known}.")
        looks = [LOOKS[name] for name in options["looks"]]
        try:
            with chromium() as browser:
                visitors = cache(partial(Visitor, browser, options["url"], password=options["password"]))
                for said in take_pictures(
                    lambda who: visitors((options["email"] or who) if who else ""),
                    wanted,
                    looks,
                    options["languages"],
                    options["out"],
                ):
                    self.stdout.write(said)
        except NoBrowser as missing:
            raise CommandError(str(missing)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or options['out']}: {error.strerror or error}.") from None
