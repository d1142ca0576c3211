"""Closed lists of this app."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrintPurpose(models.TextChoices):
    """What a file is printed for."""

    CONFERENCE = "conference", _("a case conference")
    HANDOVER = "handover", _("a handover within the centre")
    SUPERVISION = "supervision", _("supervision")
    PAPER_FILE = "paper_file", _("the paper file of the centre")
    AUTHORITY = "authority", _("a court or an authority, with a legal basis")
