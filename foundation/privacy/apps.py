"""The app of row-level security and encryption."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "foundation.privacy"
