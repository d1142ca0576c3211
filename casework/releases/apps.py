"""The app of releases from prison and exit reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "casework.releases"

    def ready(self) -> None:
        from casework.teams.endings import ended_with

        from .actions import end_with_team

        ended_with(end_with_team)
