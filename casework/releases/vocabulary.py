"""Closed lists of this app. The code is stored, never the label."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """When a step is due, seen from the day of the release."""

    BEFORE = "before", _("before")
    ON = "on", _("on the day")
    AFTER = "after", _("after")
