"""The table of reviews: planned moments at which a team looks whether its work on a case does what it should."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import ENDED, HELD, MISSED, MOVED, OPEN, PROPOSED, TO_HOLD, ReviewState
from .vocabulary import Adjustment, Occasion, OnTrack, ReviewKind


class ReviewQuerySet(models.QuerySet["Review"]):
    def of_case(self, case_id: uuid.UUID) -> ReviewQuerySet:
        return self.filter(team=case_id)

    def open(self) -> ReviewQuerySet:
        return self.filter(state__in=OPEN)

    def to_hold(self) -> ReviewQuerySet:
        return self.filter(state__in=TO_HOLD)

    def with_names(self) -> ReviewQuerySet:
        return self.select_related("team", "centre", "organisation", "user", "held_by", "ended_by", "next", "data_key")


class Review(ChoiceLabels, models.Model):
    """A planned moment, and what was found then. Its texts are encrypted with the team's key.

    ``organisation`` and ``user`` hold it; at the centre nobody means the shift. ``about``: the id of what it belongs
    to, for example of a release. ``due_at``: when it is to be held; of a proposal, until when somebody should decide.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="reviews")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReviewKind)
    occasion = models.CharField(max_length=10, choices=Occasion)
    about = models.UUIDField(null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: What to look at in particular.
    topic = EncryptedTextField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.PLANNED)
    made_at = models.DateTimeField(default=timezone.now)
    #: Nobody, if the database proposed or planned it.
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    missed_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Ids of the bodies that took part.
    took_part = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    on_track = models.CharField(max_length=10, choices=OnTrack, blank=True, default="", db_default="")
    findings = EncryptedTextField()
    side_effects = EncryptedTextField()
    events_outside = EncryptedTextField()
    adjustment = models.CharField(max_length=10, choices=Adjustment, blank=True, default="", db_default="")
    changes = EncryptedTextField()
    #: Of monitoring: that something was seen which should be looked into.
    has_warning_sign = models.BooleanField(default=False, db_default=False)
    #: Why it was moved or dropped, or why nothing follows.
    reason = EncryptedTextField()
    #: The one that follows.
    next = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("review", "due_at", "made_at", "missed_at", "held_at", "ended_at"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=PROPOSED), name="one_proposed_review"),
            models.CheckConstraint(
                condition=Q(held_at=None, held_by=None, on_track="", adjustment="", has_warning_sign=False)
                & ~Q(state__in=HELD)
                | Q(held_at__isnull=False, held_by__isnull=False, state__in=HELD) & ~Q(on_track=""),
                name="review_held",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) & ~Q(state__in=ENDED)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED),
                name="review_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=MISSED, missed_at=None) & ~Q(state__in=MOVED, next=None), name="review_marks"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "due_at", "id"], name="review_of_team"),
            models.Index(fields=["centre", "due_at"], name="review_by_due_time"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def is_proposed(self) -> bool:
        return self.state in PROPOSED

    @property
    def is_to_hold(self) -> bool:
        return self.state in TO_HOLD

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def is_late(self) -> bool:
        """Whether it was missed before it was held."""
        return self.missed_at is not None

    @property
    def is_monitoring(self) -> bool:
        return self.kind == ReviewKind.MONITORING
