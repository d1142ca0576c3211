"""The app of releases from prison and exit reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "casework.releases"

    def ready(self) -> None:
        from casework.cases.closing_needs import needed_to_close
        from casework.teams.endings import ended_with

        from .actions import end_with_team
        from .closing import report_needed

        ended_with(end_with_team)
        needed_to_close(report_needed)
