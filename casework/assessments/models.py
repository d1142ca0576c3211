"""Tables of professional assessments: that there is one, and what its author wrote."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within, numbers_within
from foundation.privacy.fields import EncryptedJSONField, EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels
from triage.engine.questionnaire import Text

from .questionnaire import Template, load
from .states import COMPLETE, NOT_MADE, NOT_NEEDED, OPEN, REFUSED, WAITING, WRITABLE, CaseAssessmentState
from .vocabulary import DeclineReason, Profession, Shares


class CaseAssessmentQuerySet(models.QuerySet["CaseAssessment"]):
    def open(self) -> CaseAssessmentQuerySet:
        return self.filter(state__in=OPEN)

    def complete(self) -> CaseAssessmentQuerySet:
        return self.filter(state__in=COMPLETE)

    def with_names(self) -> CaseAssessmentQuerySet:
        return self.select_related("team", "centre", "organisation", "author", "requested_by", "ended_by")


class CaseAssessment(ChoiceLabels, models.Model):
    """An assessment that somebody was asked for, makes or has delivered. The whole team sees that it exists.

    ``data_key``: the team's, for the reason and for what the team reads: copies of conclusion and answers, as far as
    the author shares them. ``organisation``: the author's body, or the centre. ``is_clinical``: as its questionnaire
    says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    profession = models.CharField(max_length=15, choices=Profession, blank=True)
    template = models.CharField(max_length=20)
    template_version = models.PositiveSmallIntegerField()
    template_digest = models.CharField(max_length=64)
    is_clinical = models.BooleanField()
    #: Why it is asked for, for the team.
    reason = EncryptedTextField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=CaseAssessmentState, default=CaseAssessmentState.REQUESTED)
    begun_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    shares = models.CharField(max_length=10, choices=Shares, blank=True)
    shared_conclusion = EncryptedTextField()
    shared_answers = EncryptedJSONField()
    supersedes = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    #: When it was declined or withdrawn.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decline_reason = models.CharField(max_length=15, choices=DeclineReason, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseAssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within(
                "case_assessment", "requested_at", "due_at", "escalated_at", "begun_at", "delivered_at", "ended_at"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None, shares="", supersedes=None) & ~Q(state__in=COMPLETE)
                | Q(delivered_at__isnull=False, begun_at__isnull=False, state__in=COMPLETE)
                & ~Q(shares="")
                & ~Q(profession=""),
                name="case_assessment_delivered",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, decline_reason="") & ~Q(state__in=NOT_MADE)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=NOT_NEEDED) & Q(decline_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=REFUSED) & ~Q(decline_reason=""),
                name="case_assessment_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WAITING, begun_at__isnull=False) & ~Q(state__in=WRITABLE, begun_at=None),
                name="case_assessment_begun",
            ),
        ]
        indexes = [models.Index(fields=["team", "-requested_at", "id"], name="case_assessment_of_team")]

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def questionnaire(self) -> Template:
        """In the version with which it was asked for."""
        return load(self.template, self.template_version)

    @property
    def title(self) -> Text:
        return self.questionnaire.title

    @property
    def is_requested(self) -> bool:
        return self.state in WAITING

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE

    @property
    def is_complete(self) -> bool:
        return self.state in COMPLETE

    @property
    def is_of_centre(self) -> bool:
        return self.organisation_id == self.centre_id


class AssessmentRating(models.Model):
    """How its author rates the whole (ratings.py), as a position in the scale from 1: the repeated one is compared.

    Figures count it; only their function reads it.
    """

    assessment = models.OneToOneField(CaseAssessment, models.PROTECT, primary_key=True, related_name="+")
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [numbers_within("assessment_rating", level=(1, 20))]

    def __str__(self) -> str:
        return f"rating of {self.assessment_id}"


class AssessmentContent(models.Model):
    """What the author wrote, under a key of its own; made when the author begins.

    ``notes``: for the author's own use, shared with nobody who may not read the row. ``readers``: ids of the people
    whom the author named at delivery.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    assessment = models.OneToOneField(CaseAssessment, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    answers = EncryptedJSONField()
    notes = EncryptedTextField()
    conclusion = EncryptedTextField()
    readers = ArrayField(models.BigIntegerField(), default=list)
    saved_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [moments_within("assessment_content", "saved_at")]

    def __str__(self) -> str:
        return f"content of {self.assessment_id}"
