from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from hotline.telephony import render
from hotline.verbs import HangUp
from switchboard import spoken


class Command(BaseCommand):
    help = (
        "Writes the document that the provider shall fetch when we do not answer. Host it somewhere else: where this "
        "server cannot be reached, it cannot say so itself."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--languages", default="de,en,fr", help="in the order in which they are spoken (de,en,fr)")
        parser.add_argument("--output", type=Path, help="a file instead of the screen")

    def handle(self, *args: Any, **options: Any) -> None:
        said = [say for code in options["languages"].split(",") for say in spoken.say(code, spoken.TROUBLE)]
        document = render([*said, HangUp()])
        if options["output"]:
            options["output"].write_text(document, encoding="utf-8")
        else:
            self.stdout.write(document)
