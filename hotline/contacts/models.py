"""Tables of contacts, callbacks, requests for access, and the lists of caller types and topics."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.journal.numbers import next_number
from foundation.privacy.bounds import COUNTED, moments_within, numbers_within
from foundation.privacy.compiled import Given
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels
from regions.models import Region
from regions.phone_numbers import parse_number, written
from regions.vocabulary import Language, Phenomenon

from .states import FINISHED, IN_HAND, TO_CALL, UNFINISHED, CallbackState, ContactState
from .vocabulary import AgeBand, CallbackOrigin, CallerIdKind, Channel, Kind, RegionSource, Relation, Sex

SURFACES_AFTER = timedelta(hours=2)
IS_FOR_ANYBODY = Q(handler=None) | Q(surfaced_at__isnull=False)


class TermQuerySet(models.QuerySet["Term"]):
    def in_use(self) -> TermQuerySet:
        return self.filter(is_retired=False)


class Term(models.Model):
    """An entry of a list that the centre can extend. Retired entries are still shown in old contacts."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    label_en = models.CharField(_("English"), max_length=120)
    label_fr = models.CharField(_("French"), max_length=120)
    label_de = models.CharField(_("German"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return str(getattr(self, f"label_{(get_language() or 'en')[:2]}", "") or self.label_en)


class CallerType(Term):
    """Who asks for advice: a list of two levels."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    objects = TermQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("caller type")
        verbose_name_plural = _("caller types")


class Topic(Term):
    objects = TermQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class ContactQuerySet(models.QuerySet["Contact"]):
    def of_centre(self, centre: Organisation) -> ContactQuerySet:
        return self.filter(centre=centre)

    def unfinished(self) -> ContactQuerySet:
        return self.filter(state=ContactState.DRAFT)

    def of_handler(self, user: User) -> ContactQuerySet:
        return self.filter(handler=user)

    def for_anybody(self) -> ContactQuerySet:
        """Contacts without a handler, or surfaced, which all handlers of the centre may change."""
        return self.filter(IS_FOR_ANYBODY)

    def for_the_shift(self) -> ContactQuerySet:
        """Unfinished contacts without a handler, or surfaced, which everybody on duty may take."""
        return self.for_anybody().filter(state=ContactState.DRAFT)

    def forgotten(self, now: datetime) -> ContactQuerySet:
        """Unfinished, not surfaced yet, and not changed for longer than ``SURFACES_AFTER``."""
        return self.unfinished().filter(surfaced_at=None, saved_at__lt=now - SURFACES_AFTER)

    def ending(self) -> ContactQuerySet:
        """Unfinished with a planned ending without counselling, earliest first."""
        return self.unfinished().filter(ends_at__isnull=False).order_by("ends_at", "id")

    def newest_first(self) -> ContactQuerySet:
        return self.order_by("-started_at", "-id")

    def to_write(self) -> ContactQuerySet:
        """Locked until the end of the transaction, with ``is_called_back``: whether it logs a callback in hand."""
        callback = Callback.objects.filter(conversation=models.OuterRef("pk"), state__in=IN_HAND)
        return self.select_for_update(no_key=True, of=("self",)).annotate(is_called_back=models.Exists(callback))  # type: ignore[no-redef]


class Contact(ChoiceLabels, models.Model):
    """One conversation with the centre, over any channel. Only caller type and time are required."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.BigIntegerField(unique=True, editable=False, db_default=next_number("hotline_contact_number"))
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    handler = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=12, choices=ContactState, default=ContactState.DRAFT)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.COUNSELLING)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.PHONE)
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    saved_at = models.DateTimeField(default=timezone.now)
    surfaced_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    # The chosen ending without counselling: can be undone until ``ends_at``; kept afterwards.
    ending = models.CharField(max_length=15, choices=Kind, blank=True)
    ends_at = models.DateTimeField(null=True)
    ending_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    caller_type = models.ForeignKey(CallerType, models.PROTECT, related_name="+", default="unknown")
    language = models.CharField(max_length=3, choices=Language, blank=True)
    relation = models.CharField(max_length=12, choices=Relation, default=Relation.UNKNOWN)
    alias = EncryptedTextField()
    phone = EncryptedTextField()
    phone_index = models.BinaryField(null=True)
    caller_id_kind = models.CharField(max_length=8, choices=CallerIdKind, default=CallerIdKind.UNKNOWN)

    country = models.CharField(max_length=2)
    postal_code = models.CharField(max_length=12, blank=True)
    municipality = models.CharField(max_length=120, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True)
    region_source = models.CharField(max_length=12, choices=RegionSource, blank=True)

    age_band = models.CharField(max_length=10, choices=AgeBand, default=AgeBand.UNKNOWN)
    sex = models.CharField(max_length=8, choices=Sex, default=Sex.UNKNOWN)
    phenomenon = models.CharField(max_length=20, choices=Phenomenon, default="unknown")
    topics = ArrayField(models.CharField(max_length=40), default=list)
    label = models.CharField(max_length=120, blank=True)
    advice = EncryptedTextField()
    notes = EncryptedTextField()
    is_hard = models.BooleanField(default=False)

    objects = ContactQuerySet.as_manager()
    is_called_back: bool  # of rows that were read with ``to_write``

    class Meta:
        constraints = [
            moments_within("contact", "started_at", "completed_at", "saved_at", "surfaced_at", "ends_at"),
            numbers_within("contact", number=COUNTED),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, completed_by__isnull=True, state__in=UNFINISHED)
                | Q(
                    completed_at__isnull=False,
                    completed_by__isnull=False,
                    state__in=FINISHED,
                ),
                name="contact_completed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(phone_index__isnull=True) | Q(caller_id_kind="shown"),
                name="contact_only_shown_numbers_recognise",
            ),
            models.CheckConstraint(
                condition=Q(ending="", ends_at__isnull=True, ending_by__isnull=True)
                | Q(~Q(ending=""), ends_at__isnull=False, ending_by__isnull=False),
                name="contact_ending_at_and_by",
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="contact_has_a_country"),
        ]
        indexes = [
            models.Index(fields=["centre", "-started_at", "-id"], name="contact_centre_newest"),
            models.Index(fields=["centre", "-started_at", "-id"], name="contact_for_anybody", condition=IS_FOR_ANYBODY),
            models.Index(fields=["handler", "state"], name="contact_handler"),
            models.Index(
                fields=["centre", "saved_at"],
                name="contact_unfinished",
                condition=Q(state=ContactState.DRAFT),
            ),
            models.Index(
                fields=["ends_at"],
                name="contact_ending",
                condition=Q(state=ContactState.DRAFT, ends_at__isnull=False),
            ),
            models.Index(
                fields=["phone_index"],
                name="contact_phone",
                condition=Q(phone_index__isnull=False),
            ),
            models.Index(
                F("postal_code"),
                F("started_at"),
                name="contact_place",
                condition=~Q(postal_code=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"C-{self.number}"

    @property
    def shown_phone(self) -> str:
        """The number in international format, if it is valid; else as typed."""
        typed = str(self.phone)
        number = None if typed.startswith("+") and ";" not in typed else parse_number(typed, self.country)
        return written(number.full) if number else typed

    @property
    def is_counselling(self) -> bool:
        return self.kind == Kind.COUNSELLING

    @property
    def is_ending(self) -> bool:
        return self.state == ContactState.DRAFT and self.ends_at is not None


class ContactReader(models.Model):
    """A person who works on a case of the contact and therefore reads it; without ``user``: all handlers of the centre.

    For policies and lists, which would otherwise search the cases for each contact. Only triggers write these rows.
    They are replaced when responsibility for the case moves, and stay as long as the contact is in the case.
    """

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "user"], name="contact_reader_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"reader of contact {self.contact_id}"


class CallbackQuerySet(models.QuerySet["Callback"]):
    def waiting(self) -> CallbackQuerySet:
        """Open or claimed, earliest first. Without callers who only hung up: they are not called back (ADR 11)."""
        wanted = self.filter(ended_at=None, state__in=(*TO_CALL, *IN_HAND))  # as the index says it
        return wanted.exclude(state=CallbackState.OPEN, origin=CallbackOrigin.MISSED).order_by("due_at", "id")

    def open(self) -> CallbackQuerySet:
        return self.waiting().filter(state=CallbackState.OPEN)

    def in_hand_of(self, user: User | Given) -> CallbackQuerySet:
        return self.waiting().filter(state=CallbackState.CLAIMED, claimed_by=user)


class Callback(ChoiceLabels, models.Model):
    """Somebody to call back; an entry in the worklist of the whole shift."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="callbacks", null=True)
    state = models.CharField(max_length=10, choices=CallbackState, default=CallbackState.OPEN)
    origin = models.CharField(max_length=10, choices=CallbackOrigin, default=CallbackOrigin.PLANNED)
    claimed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    conversation = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True)
    language = models.CharField(max_length=3, choices=Language, blank=True)
    is_urgent = models.BooleanField(default=False)
    phone = EncryptedTextField()
    note = EncryptedTextField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["centre", "due_at"],
                name="callback_due",
                condition=Q(ended_at=None),
            )
        ]
        constraints = [
            moments_within("callback", "due_at", "made_at", "ended_at"),
            models.CheckConstraint(
                condition=Q(state__in=IN_HAND, claimed_by__isnull=False) | ~Q(state__in=IN_HAND),
                name="callback_claimed_by",
            ),
        ]

    def __str__(self) -> str:
        return f"callback {self.pk}"

    @property
    def shown_phone(self) -> str:
        return written(self.phone)


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def undecided(self) -> AccessRequestQuerySet:
        return self.filter(decided_at=None).order_by("requested_at", "id")


class AccessRequest(models.Model):
    """A request, with a reason, to read another's contact and its case; granted for a limited time.

    ``data_key``: its own, because who asks may not read that of the contact.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", db_constraint=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    reason = EncryptedTextField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    granted_until = models.DateTimeField(null=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("access", "requested_at", "decided_at", "granted_until"),
            models.CheckConstraint(
                condition=Q(
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    granted_until__isnull=True,
                )
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="access_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(requested_by=F("decided_by")),
                name="access_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"access request {self.pk}"
