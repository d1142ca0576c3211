"""Closed lists of this app. The code is stored, never the label."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FactorKind(models.TextChoices):
    """What keeps somebody in a milieu, drives or draws them there, or protects them (docs/domain.md, step 7)."""

    ROOT_CAUSE = "root_cause", _("root cause")
    PUSH = "push", _("push: drives the person there")
    PULL = "pull", _("pull: draws the person there")
    PROTECTIVE = "protective", _("protects")
    TRIGGER = "trigger", _("trigger: what can set the person off")
    ONLINE = "online", _("online")
    FAMILY = "family", _("family")
    WORK = "work", _("school or work")
    BELIEF = "belief", _("belief")
    LEISURE = "leisure", _("leisure, friends")
    STIGMA = "stigma", _("stigma")


class Change(models.TextChoices):
    """What is different in a planned action since the version in force."""

    NEW = "new", pgettext_lazy("planned action", "new")
    MOVED = "moved", pgettext_lazy("planned action", "moved")


class Outcome(models.TextChoices):
    """What became of a goal."""

    MET = "met", pgettext_lazy("goal", "met")
    PARTLY = "partly", pgettext_lazy("goal", "partly met")
    NOT_MET = "not_met", pgettext_lazy("goal", "not met")
    GIVEN_UP = "given_up", pgettext_lazy("goal", "no longer pursued")
