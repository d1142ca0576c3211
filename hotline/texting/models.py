"""Tables of SMS and WhatsApp messages, and of numbers that opted out."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within
from foundation.privacy.fields import EncryptedJSONField, EncryptedTextField
from foundation.privacy.leases import LeasedQuerySet
from foundation.privacy.models import DataKey
from hotline.contacts.models import Contact
from hotline.switchboard.models import Line

from .states import MessageChannel, MessageState


class TextMessageQuerySet(LeasedQuerySet["TextMessage"]):
    def to_send(self, now: datetime) -> TextMessageQuerySet:
        """Outgoing messages that the provider has not accepted yet and that are due."""
        return self.filter(state=MessageState.QUEUED, sid=None, due_at__lte=now).order_by("made_at", "id")


class TextMessage(models.Model):
    """An incoming or outgoing SMS or WhatsApp message; belongs to the contact that it opened or continues.

    An outgoing row is also the outbox entry: it is ``queued`` until the provider returns a ``sid``. ``asked_at``: since
    then it is unknown whether the provider has accepted it; it is not sent again before that is known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=MessageChannel)
    is_from_caller = models.BooleanField()
    phone = EncryptedTextField()
    phone_index = models.BinaryField(null=True)
    body = EncryptedTextField()
    media = models.PositiveSmallIntegerField(default=0)
    details = EncryptedJSONField()
    sid = models.CharField(max_length=64, null=True)  # noqa: DJ001  unknown until the provider answers
    state = models.CharField(max_length=11, choices=MessageState)
    problem = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    #: The earlier outgoing message that this one sends again.
    again_of = models.OneToOneField("self", models.PROTECT, related_name="sent_again", null=True)

    objects = TextMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["contact", "made_at"], name="message_contact"),
            models.Index(fields=["phone_index", "channel", "-made_at"], name="message_phone"),
            models.Index(fields=["due_at"], name="message_to_send", condition=Q(state=MessageState.QUEUED, sid=None)),
        ]
        constraints = [
            moments_within("text_message", "made_at", "due_at", "claimed_until", "asked_at"),
            # A partial index is not a key for PostgreSQL; setting ``sid`` waits for no row that refers to this one.
            models.UniqueConstraint(fields=["sid"], condition=~Q(sid=None), name="message_sid_once"),
            models.CheckConstraint(condition=Q(asked_at=None) | Q(sid=None), name="message_asked_about_without_sid"),
            models.CheckConstraint(
                condition=Q(again_of=None) | Q(is_from_caller=False) & ~Q(again_of=F("id")),
                name="message_again_of_ours",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class OptOut(models.Model):
    """A number that opted out of messages until it writes START."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=MessageChannel)
    phone_index = models.BinaryField()
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            moments_within("opt_out", "since", "ended_at"),
            models.UniqueConstraint(
                fields=["centre", "channel", "phone_index"], condition=Q(ended_at=None), name="opted_out_once"
            ),
        ]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"
