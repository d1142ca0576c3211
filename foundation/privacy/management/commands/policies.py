"""Writes docs/policies.md."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.privacy.policy_document import PATH, document


class Command(BaseCommand):
    help = "Writes docs/policies.md: who may read and write which row."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            PATH.write_text(document(), encoding="utf-8")
        elif not PATH.is_file() or PATH.read_text(encoding="utf-8") != document():
            raise CommandError("docs/policies.md is out of date: run ./lotse manage policies")
