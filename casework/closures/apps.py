"""The app of closing a case together, and of opening it again."""

from __future__ import annotations

from django.apps import AppConfig


class ClosuresConfig(AppConfig):
    name = "casework.closures"

    def ready(self) -> None:
        from casework.cases.closing_needs import needed_to_close
        from casework.cases.reopening import when_reopened
        from casework.reviews.following import followed_by

        from .monitoring import end_monitoring, follow_monitoring
        from .needs import agreement_of_bodies, answer_to_reopening

        needed_to_close(agreement_of_bodies)
        needed_to_close(answer_to_reopening)
        followed_by(follow_monitoring)
        when_reopened(end_monitoring)
