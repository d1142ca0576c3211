"""Prints the TwiML that the provider plays while Lotse does not respond."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hotline.switchboard import prompts
from hotline.switchboard.vocabulary import VOICES
from hotline.telephony.provider import render
from hotline.telephony.verbs import HangUp


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
        codes = [code.strip().lower() for code in options["languages"].split(",")]
        if unknown := [code for code in codes if code not in VOICES]:
            raise CommandError(
                f"There is no voice for {', '.join(unknown) or 'no language'}. Voices: {', '.join(VOICES)}."
            )
        said = [say for code in codes for say in prompts.say(code, prompts.TROUBLE)]
        document = render([*said, HangUp()])
        if options["output"]:
            try:
                options["output"].write_text(document, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{error.filename}: {error.strerror}.") from None
        else:
            self.stdout.write(document)
