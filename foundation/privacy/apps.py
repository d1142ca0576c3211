"""The app of row-level security and encryption."""

from django.apps import AppConfig
from django.conf import settings


class PrivacyConfig(AppConfig):
    name = "foundation.privacy"

    def ready(self) -> None:
        # django_migrate_sql looks for this setting only among those that were read before.
        assert settings.SQL_CONFIG_MODULE
