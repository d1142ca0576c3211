"""The app of plans."""

from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "casework.plans"

    def ready(self) -> None:
        from casework.teams.endings import ended_with

        from .actions import end_with_case

        ended_with(end_with_case)
