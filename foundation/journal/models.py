"""Tables of events, their hash chain, the outbox, accesses and heartbeats."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import COUNTED, moments_within, numbers_within
from foundation.privacy.event_kinds import EventKind

from .leases import LeasedQuerySet
from .registry import all_kinds


class EventQuerySet(models.QuerySet["Event"]):
    def newest_first(self) -> EventQuerySet:
        return self.order_by("-id")


class Event(models.Model):
    """A change of state. Serves as audit trail, outbox and source of the figures.

    Written in the transaction of the change, and never changed. ``data`` has codes and ids, no personal data.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    subject = models.UUIDField()
    case = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    tell = ArrayField(models.CharField(max_length=60), default=list)
    wake = models.CharField(max_length=80, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [moments_within("event", "at")]
        indexes = [
            models.Index(fields=["subject", "id"], name="event_subject"),
            models.Index(
                fields=["case", "id"],
                name="event_case",
                condition=Q(case__isnull=False),
            ),
            models.Index(fields=["centre", "kind", "at"], name="event_centre_kind"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk} {self.kind}"

    @property
    def declared(self) -> EventKind | None:
        """The declared kind; None for an old one that no app declares any more."""
        return all_kinds().get(self.kind)


class Link(models.Model):
    """The event's position in the hash chain, written by a trigger at commit (sql/chain_event.sql)."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="link")
    payload_digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [numbers_within("link", position=COUNTED)]

    def __str__(self) -> str:
        return f"link {self.position}"


class OutboxQuerySet(LeasedQuerySet["Outbox"]):
    def to_deliver(self) -> OutboxQuerySet:
        """Rows without attempts first, so that undeliverable ones do not delay others."""
        return self.order_by(F("claimed_until").asc(nulls_first=True), "event_id")


class Outbox(models.Model):
    """An event that the relay has not delivered yet; inserted by a trigger, deleted on delivery."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [moments_within("outbox", "claimed_until")]

    def __str__(self) -> str:
        return f"outbox {self.pk}"


class Look(models.Model):
    """A recorded access to a protected row, or its refusal."""

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    subject = models.UUIDField(null=True)

    class Meta:
        constraints = [moments_within("look", "at")]
        indexes = [models.Index(fields=["subject", "id"], name="look_subject")]

    def __str__(self) -> str:
        return f"look {self.pk} {self.what}"


class Heartbeat(models.Model):
    """A background process was alive at ``at`` (UTC). Not protected, as it has no personal data."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [moments_within("heartbeat", "at")]

    def __str__(self) -> str:
        return self.name
