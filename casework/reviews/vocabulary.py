"""Closed lists of this app. The code is stored, never the label."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReviewKind(models.TextChoices):
    PLAN = "plan", _("review of the plan")
    MONITORING = "monitoring", _("monitoring")
    RELEASE = "release", _("review of a release")
    OPINION = "opinion", _("opinion of experts")


class Occasion(models.TextChoices):
    """Why there is one."""

    CHOSEN = "chosen", _("planned by somebody")
    IN_FORCE = "in_force", _("the plan came into force")
    FOLLOWING = "following", _("follows another one")
    CONTACT = "contact", _("another contact belongs to the case")
    TRIAGE = "triage", _("the case was triaged again")
    ASSESSMENT = "assessment", _("a professional assessment was delivered")
    CLOSING = "closing", _("monitoring after the closing")
    RELEASE = "release", _("a release from prison")


class OnTrack(models.TextChoices):
    """The first of the four questions."""

    YES = "yes", pgettext_lazy("on track", "yes")
    PARTLY = "partly", pgettext_lazy("on track", "partly")
    NO = "no", pgettext_lazy("on track", "no")


class Adjustment(models.TextChoices):
    """The last of the four questions."""

    NONE = "none", _("nothing has to change")
    PLAN = "plan", _("the plan has to change")
    ASSESSMENT = "assessment", _("an assessment is needed first")
    CLOSING = "closing", _("the case can be closed")
    OTHER = "other", _("something else")


#: What somebody can plan by hand; the others come with a closing or a release.
CHOSEN_KINDS = (ReviewKind.PLAN, ReviewKind.OPINION)
