"""The app of closing a case together, and of opening it again."""

from __future__ import annotations

from django.apps import AppConfig


class ClosuresConfig(AppConfig):
    name = "casework.closures"

    def ready(self) -> None:
        from casework.cases.closing_needs import needed_to_close

        from .needs import agreement_of_bodies, answer_to_reopening

        needed_to_close(agreement_of_bodies)
        needed_to_close(answer_to_reopening)
