"""The app of live figures and counts."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting.figures"
    label = "reporting"  # of tables, permissions and addresses
