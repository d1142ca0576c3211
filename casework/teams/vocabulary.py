"""Closed lists of this app."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Hat(models.TextChoices):
    """What a body does in the team; one may have several. Who is responsible for the case is no hat: one body is."""

    WORKS = "works", pgettext_lazy("case team", "works on it")
    CONSULTED = "consulted", pgettext_lazy("case team", "is consulted")
    CONTENT = "content", _("coordinates the content: decides what is done")
    PROCESS = "process", _("coordinates the process: plans meetings, keeps time")
    RISK = "risk", _("is accountable for the risk")
    CONTACT = "contact", _("contact person of the caller")


#: Who of the bodies plans with the centre.
COORDINATING = (Hat.CONTENT, Hat.PROCESS)


#: What a partner does in the team of a case for which it is responsible (ADR 49).
RESPONSIBLE = (Hat.WORKS, *COORDINATING)


class Purpose(models.TextChoices):
    """What a body is invited for; it sees this before it accepts."""

    PERSON = "person", _("support of the person")
    FAMILY = "family", _("support of the family")
    MINOR = "minor", _("protection of a minor")
    SAFETY = "safety", _("safety of others")
    EVERYDAY = "everyday", _("school, work, housing")
    RELEASE = "release", _("release from prison, probation")
    HEALTH = "health", _("health")
    OPINION = "opinion", _("an opinion as experts")


class EndReason(models.TextChoices):
    """Why a body is not in the team, or no longer. A list, because who declines has no key for a text."""

    NOT_OUR_TASK = "not_our_task", _("not the body’s task")
    NO_CAPACITY = "no_capacity", _("no capacity")
    CONFLICT = "conflict", _("conflict of interest")
    MAY_NOT = "may_not", _("the body may not, for legal reasons")
    WORK_DONE = "work_done", _("its work is done")
    NOT_NEEDED = "not_needed", _("not needed (any more)")
    CASE_CLOSED = "case_closed", _("the case was closed")
    RETURNED = "returned", _("it gave the case back")
    OTHER = "other", _("another reason")


class Visibility(models.TextChoices):
    """Who reads a note that a body shares. A note that is not shared is the body's own."""

    TEAM = "team", _("the whole team and the centre")
    MEMBERS = "members", _("only these")


R = EndReason
DECLINING = (R.NOT_OUR_TASK, R.NO_CAPACITY, R.CONFLICT, R.MAY_NOT, R.OTHER)
LEAVING = (R.WORK_DONE, R.NO_CAPACITY, R.CONFLICT, R.MAY_NOT, R.OTHER)
ENDED_BY_CENTRE = (R.WORK_DONE, R.NOT_NEEDED, R.CONFLICT, R.OTHER)
