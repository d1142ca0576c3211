from django.apps import AppConfig


class HandoffConfig(AppConfig):
    name = "handoff"

    def ready(self) -> None:
        from regions.workload import count_open_cases_with

        from .ranking import partner_record

        count_open_cases_with(lambda: partner_record().open_cases)
