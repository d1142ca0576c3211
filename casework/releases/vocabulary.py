"""Closed lists of this app. The code is stored, never the label."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """When a step is due, seen from the day of the release."""

    BEFORE = "before", _("before")
    ON = "on", _("on the day")
    AFTER = "after", _("after")


class Recipient(models.TextChoices):
    """To whom an exit report is handed over."""

    PERSON = "person", _("the person")
    SERVICE = "service", _("a general service")
    BODY = "body", _("a body of the team, or another one")


#: The six parts of an exit report, by the name of their field.
PART_LABELS = {
    "residual_risks": _("Residual risks"),
    "strategies": _("Strategies for services"),
    "risk_of_return": _("Risk of return"),
    "self_assessment": _("Self-assessment plan"),
    "behaviours": _("Main worrying behaviours, and how the person handles them"),
    "help": _("Where help is found, and how to come back"),
}
