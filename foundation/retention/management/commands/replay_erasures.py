"""Erases again what a restored backup brought back; `./lotse restore` runs it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.retention.actions import Outcome, replay_erasure
from foundation.retention.ledger import UnreadableLedger, noted


class Command(BaseCommand):
    help = "Erases again what is in the ledger of erasures (LOTSE_ERASURES_FILE) and in the database all the same."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = noted()
        except UnreadableLedger as error:
            raise CommandError(f"The ledger of erasures cannot be read: {error}.") from error
        for path in settings.BEFORE_ERASING_AGAIN:
            import_string(path)()
        retention = service_user(Service.RETENTION)
        outcomes: Counter[Outcome] = Counter()
        for entry in entries:
            with acting_as(retention, purpose="retention"):
                outcomes[replay_erasure(by=retention, entry=entry, now=timezone.now())] += 1
        self.stdout.write(f"The ledger has {len(entries)} erasures, {outcomes[Outcome.ERASED]} were carried out again.")
        if outcomes[Outcome.BUSY]:
            raise CommandError(f"{outcomes[Outcome.BUSY]} have to wait: run replay_erasures again in some minutes.")
