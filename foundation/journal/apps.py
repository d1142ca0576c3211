"""The app of the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "foundation.journal"

    def ready(self) -> None:
        from foundation.accounts.audit import record_with

        from .actions import record

        record_with(record)
