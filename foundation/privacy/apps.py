"""The app of row-level security and encryption."""

from django.apps import AppConfig
from django.conf import settings


class PrivacyConfig(AppConfig):
    name = "foundation.privacy"

    def ready(self) -> None:
        # django_migrate_sql finds this setting only if it was read before.
        assert settings.SQL_CONFIG_MODULE
