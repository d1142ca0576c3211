from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation, User
from hotline.models import Contact
from privacy.fields import EncryptedJSONField, EncryptedTextField
from privacy.models import DataKey

from .states import AssessmentState
from .vocabulary import Disposition, Duty, Urgency


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of_contact(self, contact: Contact) -> AssessmentQuerySet:
        return self.filter(contact=contact)

    def current(self) -> AssessmentQuerySet:
        return self.exclude(state=AssessmentState.SUPERSEDED)

    def waiting_for_confirmation(self) -> AssessmentQuerySet:
        return self.filter(state=AssessmentState.WAITING_CONFIRMATION)


class Assessment(models.Model):
    """The filled checklist of one contact. Never edited after it is completed: superseded by a new one.

    ``answers``: codes by question id; free text stands in ``notes`` and drives no rule. ``reasons``: what the server
    proposed and which answers led there, kept as it was shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="assessments")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    checklist_id = models.CharField(max_length=40)
    checklist_version = models.PositiveSmallIntegerField()
    checklist_digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=12, choices=AssessmentState, default=AssessmentState.DRAFT
    )
    answers = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)
    notes = EncryptedJSONField()
    proposed_disposition = models.CharField(
        max_length=20, choices=Disposition, default=Disposition.OPEN
    )
    proposed_urgency = models.CharField(
        max_length=10, choices=Urgency, default=Urgency.STANDARD
    )
    proposed_duties = ArrayField(
        models.CharField(max_length=30, choices=Duty), default=list
    )
    services = ArrayField(models.CharField(max_length=20), default=list)
    reasons = models.JSONField(default=list)
    disposition = models.CharField(
        max_length=20, choices=Disposition, default=Disposition.OPEN
    )
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.STANDARD)
    duties = ArrayField(models.CharField(max_length=30, choices=Duty), default=list)
    override_reason = EncryptedTextField()
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, completed_by__isnull=True)
                | Q(completed_at__isnull=False, completed_by__isnull=False),
                name="assessment_completed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="assessment_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting"])
                | Q(completed_at__isnull=False),
                name="assessment_completed_once",
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(state__in=["draft", "waiting"]),
                name="one_assessment_in_work",
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(state="completed"),
                name="one_assessment_that_holds",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "-created_at"], name="assessment_centre")
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def is_override(self) -> bool:
        """Whether the handler chose otherwise than the server proposed."""
        chosen = (self.disposition, self.urgency, set(self.duties))
        return chosen != (
            self.proposed_disposition,
            self.proposed_urgency,
            set(self.proposed_duties),
        )
