"""Does at once what the nightly sweep does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation.retention.sweeping import sweep


class Command(BaseCommand):
    help = "Announces dossiers that are due soon, erases those that are due, and deletes old rows, as the rules say."

    def handle(self, *args: Any, **options: Any) -> None:
        done = sweep(timezone.now())
        self.stdout.write(f"Announced: {done.announced}. Erased: {done.erased}. On hold or busy: {done.waiting}.")
        for name, rows in done.rows.items():
            self.stdout.write(f"{name}: {rows} rows")
        if done.failed:
            self.stderr.write(f"{done.failed} erasures failed; the log says why, and the next run tries again.")
