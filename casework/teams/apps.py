"""The app of case teams."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "casework.teams"
