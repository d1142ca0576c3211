"""Writes docs/events.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from foundation.journal.event_document import PATH, document


class Command(BaseCommand):
    help = "Write docs/events.md: every kind of event, who may read it, how long it is kept."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            PATH.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{PATH.name} written")
