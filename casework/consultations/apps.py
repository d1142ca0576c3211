"""The app of consultations."""

from __future__ import annotations

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "casework.consultations"

    def ready(self) -> None:
        from casework.teams.endings import ended_with

        from .actions import end_with_case

        ended_with(end_with_case)
