"""The app of professional assessments."""

from django.apps import AppConfig
from django.core.checks import register


class AssessmentsConfig(AppConfig):
    name = "casework.assessments"

    def ready(self) -> None:
        from casework.teams.endings import ended_with

        from .actions import end_with_members
        from .checks import check_questionnaires

        register(check_questionnaires)
        ended_with(end_with_members)
