"""Tables of events, their hash chain, the outbox, accesses and heartbeats."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from foundation.accounts.models import Membership, Organisation, User
from foundation.privacy.bounds import COUNTED, moments_within, numbers_within
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.leases import LeasedQuerySet

from .declared_looks import sentence_of
from .registry import all_kinds


class DeclaredKind(models.Model):
    """A kind of event that an app declares, so that the database refuses others. Written when migrating."""

    code = models.CharField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.code


class EventQuerySet(models.QuerySet["Event"]):
    def newest_first(self) -> EventQuerySet:
        return self.order_by("-id")


class Event(models.Model):
    """A change of state. Serves as audit trail, outbox and source of the figures.

    Written in the transaction of the change, and never changed; only an erasure empties ``data``, which has codes and
    ids, no personal data.
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
    """The event's position in the hash chain, written by a trigger at commit (sql/chain_event.sql).

    ``erased_by``: the event of the erasure that emptied the payload. The digest stays, and so does the chain.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="link")
    payload_digest = models.BinaryField()
    hash = models.BinaryField()
    erased_by = models.ForeignKey(Event, models.PROTECT, related_name="+", null=True, db_index=False, editable=False)

    class Meta:
        constraints = [numbers_within("link", position=COUNTED)]
        indexes = [
            models.Index(fields=["erased_by"], name="link_erased_by", condition=Q(erased_by__isnull=False)),
        ]

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


class LookQuerySet(models.QuerySet["Look"]):
    def about(self, subject: uuid.UUID) -> LookQuerySet:
        """Looks at this record and, if it is a case, at what its events are about: its referrals."""
        of_case = Event.objects.filter(case=subject).order_by().values_list("subject", flat=True).distinct()
        return self.filter(subject__in={subject, *of_case})


class Look(models.Model):
    """A recorded access to a protected row, or its refusal.

    ``seal``: the event that has its hash (sql/seal.sql); the relay sets it within seconds, and nothing changes then.
    """

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    subject = models.UUIDField(null=True)
    seal = models.ForeignKey(Event, models.PROTECT, related_name="+", null=True, db_index=False, editable=False)

    objects = LookQuerySet.as_manager()

    class Meta:
        constraints = [moments_within("look", "at")]
        indexes = [
            models.Index(fields=["subject", "id"], name="look_subject"),
            models.Index(fields=["id"], name="look_unsealed", condition=Q(seal=None)),
            models.Index(fields=["actor", "at"], name="look_refusals", condition=Q(what__endswith=".denied")),
        ]

    def __str__(self) -> str:
        return f"look {self.pk} {self.what}"

    @property
    def sentence(self) -> str:
        """What it was, in the active language."""
        return sentence_of(self.what)


class RoleChange(models.Model):
    """The hash of a person's role when it began and when it ended; a trigger writes it (sql/record_role_change.sql)."""

    id = models.BigAutoField(primary_key=True)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    digest = models.BinaryField()
    seal = models.ForeignKey(Event, models.PROTECT, related_name="+", null=True, db_index=False, editable=False)

    class Meta:
        constraints = [moments_within("rolechange", "at")]
        indexes = [models.Index(fields=["id"], name="rolechange_unsealed", condition=Q(seal=None))]

    def __str__(self) -> str:
        return f"role change {self.pk}"


class Heartbeat(models.Model):
    """A background process was alive at ``at`` (UTC). Not protected, as it has no personal data."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [moments_within("heartbeat", "at")]

    def __str__(self) -> str:
        return self.name
