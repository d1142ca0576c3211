"""The app of the worklist."""

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "foundation.worklist"
