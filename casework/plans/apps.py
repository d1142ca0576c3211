"""The app of plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "casework.plans"
