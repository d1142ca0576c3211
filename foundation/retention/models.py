"""Tables of decided erasures, which are the ledger that a restore replays, and of holds."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within


class ErasureReason(models.TextChoices):
    REQUEST = "request", _("asked for by the person")
    OBJECTION = "objection", _("should not have been stored")
    DUE = "due", _("due by the rules")
    RESTORED = "restored", _("erased before a backup was restored")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> ErasureQuerySet:
        """Decided, and neither carried out nor withdrawn."""
        return self.filter(done_at=None, withdrawn_at=None).order_by("decided_at", "pk")

    def due(self, now: datetime) -> ErasureQuerySet:
        """Those that wait for nothing any more. Their dossiers may be on hold."""
        return self.waiting().filter(models.Q(not_before=None) | models.Q(not_before__lte=now))


class Erasure(models.Model):
    """A dossier that is to be erased from ``not_before`` on, or was: ids only. ``subject``: the contact, case,
    callback or call that names the dossier.

    ``keys``: the data keys that were emptied, so that a restored backup can be erased again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    subject = models.UUIDField()
    reason = models.CharField(max_length=10, choices=ErasureReason)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    not_before = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    keys = ArrayField(models.UUIDField(), default=list)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("erasure", "decided_at", "not_before", "done_at", "withdrawn_at"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(done_at=None, withdrawn_at=None),
                name="one_waiting_erasure_per_dossier",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, done_at=None),
                name="erasure_withdrawn_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class HoldReason(models.TextChoices):
    COURT = "court", _("proceedings in court")
    COMPLAINT = "complaint", _("complaint or claim against the centre")
    AUTHORITY = "authority", _("asked for by a supervisory authority")
    PERSON = "person", _("the person needs it for a claim")


class HoldQuerySet(models.QuerySet["Hold"]):
    def running(self) -> HoldQuerySet:
        return self.filter(ended_at=None)


class Hold(models.Model):
    """A dossier that is not erased until the hold ends, whatever the rules or a decision say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    subject = models.UUIDField()
    reason = models.CharField(max_length=10, choices=HoldReason)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("hold", "made_at", "ended_at"),
            models.UniqueConstraint(fields=["subject"], condition=Q(ended_at=None), name="one_running_hold"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="hold_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"
