from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "journal"

    def ready(self) -> None:
        from accounts.audit import record_with

        from .actions import record

        record_with(record)
