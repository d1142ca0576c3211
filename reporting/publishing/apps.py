"""The app of releases for funders and the public."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "reporting.publishing"
