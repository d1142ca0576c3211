"""The app of the fictional centre."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
