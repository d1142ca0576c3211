"""The app of live figures and counts."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting.figures"
    label = "reporting"  # prefix of tables, permissions and URLs
