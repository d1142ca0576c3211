"""Recomputes the hash chain of the journal and its seals, and compares them with the anchors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.journal.anchors import UnreadableAnchors, noted
from foundation.journal.chain import Anchor, erased_payloads, first_break, first_lost, head, seal_breaks

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Checks that no event, look or role was changed, removed or slipped in, also against the anchors in the file"
        " LOTSE_ANCHOR_FILE. Prints the end of the chain, to be kept elsewhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=Anchor.read, metavar="POSITION:HASH", help="What was printed earlier; must still hold."
        )

    def handle(self, *args: Any, since: Anchor | None = None, **options: Any) -> None:
        broken = first_break()
        if broken is not None:
            raise CommandError(f"The journal is broken at position {broken}.")
        if found := seal_breaks():
            more = f"\n... and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise CommandError("The journal is broken:\n" + "\n".join(map(str, found[:SHOWN])) + more)
        try:
            anchors = noted()
        except UnreadableAnchors as error:
            raise CommandError(f"The anchors cannot be read: {error}.") from error
        lost = first_lost([anchor for _moment, anchor in anchors] + ([since] if since else []))
        if lost is not None:
            raise CommandError(f"The journal has been written anew or cut before position {lost.position}.")
        self.stdout.write(f"The journal is whole: {head()}")
        if erased := erased_payloads():
            self.stdout.write(f"The data of {erased} events was erased with their dossiers.")
        self.stdout.write(f"It agrees with {len(anchors)} anchors." if anchors else "There are no anchors in the file.")
