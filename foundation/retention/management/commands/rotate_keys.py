"""Wraps all data keys by the active master key; docs/operations.md says what comes before and after."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.privacy.keys import keyring
from foundation.retention.rotation import rotate_keys

SHOWN = 20


class Command(BaseCommand):
    help = "Wraps all data keys by the active master key of the key file, while Lotse runs. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError with the ids of keys that the key file does not open."""
        done = rotate_keys()
        self.stdout.write(f"{done.rewrapped} data keys are wrapped by {keyring().active} now.")
        self.stdout.write(f"{done.factors} second factors are sealed with it anew.")
        if done.wrong_factors:
            shown = ", ".join(map(str, done.wrong_factors[:SHOWN]))
            raise CommandError(f"No master key of the key file opens {len(done.wrong_factors)} second factors: {shown}")
        if done.wrong:
            shown = ", ".join(map(str, done.wrong[:SHOWN]))
            raise CommandError(f"No master key of the key file opens {len(done.wrong)} data keys: {shown}")
        self.stdout.write("No other master key is needed any more.")
