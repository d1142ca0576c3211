"""The table of consultations."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import ANSWERED, ENDED, OPEN, ConsultationState

#: Until when an answer is asked for at most (ADR 47).
LONGEST_TIME = timedelta(days=14)
#: How long the consultant reads question and answer after the end.
SEEN_AFTER_THE_END = timedelta(days=30)


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def open(self) -> ConsultationQuerySet:
        return self.filter(state__in=OPEN)

    def with_names(self) -> ConsultationQuerySet:
        """Without the team, which the consultant does not see."""
        return self.select_related("organisation", "consultant", "asking_body", "asked_by", "ended_by")


class Consultation(ChoiceLabels, models.Model):
    """A question to one person about a case that this person does not see, and the answer.

    ``data_key``: its own, so that who reads it reads nothing else. ``organisation``: the consultant's body, or the
    centre. ``asking_body``: the centre, or the body of the team for which it was asked. ``is_shared``: whether who may
    read the case reads it; always if the centre asked. ``ended_at``: when it was answered, declined or withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    asking_body = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    is_shared = models.BooleanField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    consultant = models.ForeignKey(User, models.PROTECT, related_name="+")
    question = EncryptedTextField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ConsultationState, default=ConsultationState.ASKED)
    answer = EncryptedTextField()
    decline_reason = EncryptedTextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("consultation", "asked_at", "due_at", "escalated_at", "ended_at"),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at"), due_at__lte=F("asked_at") + LONGEST_TIME),
                name="consultation_due_in_time",
            ),
            models.CheckConstraint(condition=~Q(consultant=F("asked_by")), name="consultation_asks_another"),
            models.CheckConstraint(
                condition=Q(is_shared=True) | ~Q(asking_body=F("centre")), name="consultation_of_centre_is_shared"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, state__in=OPEN)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED),
                name="consultation_ended_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["team", "-asked_at", "id"], name="consultation_of_team")]

    def __str__(self) -> str:
        return f"consultation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_answered(self) -> bool:
        return self.state in ANSWERED

    @property
    def is_late(self) -> bool:
        """Whether the answer came after its time, or has not come yet."""
        if self.is_open:
            return self.due_at < timezone.now()
        return self.is_answered and self.ended_at is not None and self.ended_at > self.due_at

    @property
    def is_of_centre(self) -> bool:
        """Whether the centre asked."""
        return self.asking_body_id == self.centre_id

    @property
    def seen_until(self) -> datetime | None:
        """Until when the consultant reads it, once it has ended."""
        return self.ended_at + SEEN_AFTER_THE_END if self.ended_at else None
