"""The app of reviews."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "casework.reviews"

    def ready(self) -> None:
        from casework.teams.endings import ended_with

        from .actions import end_with_case

        ended_with(end_with_case)
