"""Recomputes the hash chain of the journal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.journal.chain import Anchor, first_break, head, holds


class Command(BaseCommand):
    help = "Checks that no event was changed, removed or slipped in. Prints the end of the chain, to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=Anchor.read, metavar="POSITION:HASH", help="What was printed earlier; must still hold."
        )

    def handle(self, *args: Any, since: Anchor | None = None, **options: Any) -> None:
        broken = first_break()
        if broken is not None:
            raise CommandError(f"The journal is broken at position {broken}.")
        if since is not None and not holds(since):
            raise CommandError(f"The journal has been written anew or cut before position {since.position}.")
        self.stdout.write(f"The journal is whole: {head()}")
