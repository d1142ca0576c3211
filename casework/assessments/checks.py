"""A system check: Django does not start with an invalid questionnaire of an assessment."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from .questionnaire import faults


def check_questionnaires(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One error for each broken questionnaire, each in one line."""
    return [Error(str(fault), id="assessments.E001") for fault in faults()]
