"""The command that writes docs/states.md from the transition tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from foundation.privacy.state_document import PATH, document


class Command(BaseCommand):
    help = "Write docs/states.md from the transition tables."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            PATH.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{PATH.name} written")
