"""Writes docs/architecture.md from the source."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.privacy.architecture import PATH, document


class Command(BaseCommand):
    help = "Writes docs/architecture.md from the source."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        text = document()
        if not options["check"]:
            PATH.write_text(text, encoding="utf-8")
        elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != text:
            raise CommandError("docs/architecture.md is out of date: run ./lotse manage architecture")
