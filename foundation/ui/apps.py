"""The look of the platform: base page, components, charts. Imports none of our other apps."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "foundation.ui"
