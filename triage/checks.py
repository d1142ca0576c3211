"""A system check: Django does not start with an invalid checklist."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from triage.checklist import faults


def check_checklists(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One error for each broken checklist version, each in one line."""
    return [Error(str(fault), id="triage.E001") for fault in faults()]
