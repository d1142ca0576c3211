"""The app of retention. It is installed after the rooms, whose tables its functions delete from, and imports none."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "foundation.retention"

    def ready(self) -> None:
        from django.core.checks import register

        from .checks import check_rules

        register(check_rules)
