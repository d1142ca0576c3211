"""Closed lists of this app."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Profession(models.TextChoices):
    """What the author of an assessment is. A questionnaire says whose profession it asks for."""

    SOCIAL_WORK = "social_work", _("social work")
    PSYCHOLOGY = "psychology", _("psychology")
    PSYCHOTHERAPY = "psychotherapy", _("psychotherapy")
    PSYCHIATRY = "psychiatry", _("psychiatry")
    MEDICINE = "medicine", _("medicine")
    EDUCATION = "education", _("education")
    EXIT_WORK = "exit_work", _("exit work, distancing")
    PROBATION = "probation", _("probation, prison")
    POLICE = "police", _("police, security")
    RELIGION = "religion", _("theology, study of ideologies")
    OTHER = "other", _("another profession")


class DeclineReason(models.TextChoices):
    """Why somebody does not make an assessment."""

    NOT_OUR_TASK = "not_our_task", _("not our task")
    NO_CAPACITY = "no_capacity", _("no capacity")
    MAY_NOT = "may_not", _("may not, for legal reasons")
    CONFLICT = "conflict", _("conflict of interest")
    OTHER = "other", _("another reason")


class Shares(models.TextChoices):
    """What the team reads of a delivered assessment."""

    FACT = "fact", _("only that it was made")
    CONCLUSION = "conclusion", _("the conclusion")
    WHOLE = "whole", _("the whole: answers and conclusion")
