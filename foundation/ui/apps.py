"""The user interface: base page, components, charts. Imports no other app of ours."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "foundation.ui"
