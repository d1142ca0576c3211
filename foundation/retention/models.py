"""Tables of data subjects' requests, of decided erasures, which are the ledger that a restore replays, and of holds."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import days_within, moments_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey

from .states import OPEN, REFUSED, WITHOUT_IDENTITY, RequestState

#: A request is answered within a month, or three: GDPR art. 12(3). The longest months, for the database.
LONGEST_MONTH = timedelta(days=31)
LONGEST_EXTENDED = timedelta(days=92)


class RequestKind(models.TextChoices):
    ACCESS = "access", _("access, with a copy (GDPR art. 15)")
    RECTIFICATION = "rectification", _("rectification (GDPR art. 16)")
    ERASURE = "erasure", _("erasure (GDPR art. 17)")
    RESTRICTION = "restriction", _("restriction (GDPR art. 18)")
    OBJECTION = "objection", _("objection (GDPR art. 21)")


class IdentityProof(models.TextChoices):
    DOCUMENT = "document", _("identity document shown")
    CALLED_BACK = "called_back", _("called back on the number that we have")
    KNOWN = "known", _("known in person to somebody at the centre")
    REPRESENTATIVE = "representative", _("representative with a power of attorney, or with custody")
    ELECTRONIC = "electronic", _("electronic identification")


class LegalBasis(models.TextChoices):
    """On which law a request is decided."""

    GDPR = "gdpr", _("General Data Protection Regulation")
    POLICE = "police", _("national law on police data (Directive 2016/680, art. 13 to 18)")


class RefusalGround(models.TextChoices):
    NOT_IDENTIFIED = "not_identified", _("identity not proven (GDPR art. 12(2) and (6))")
    NOTHING_HELD = "nothing_held", _("nothing is held about the person")
    EXCESSIVE = "excessive", _("manifestly unfounded or excessive (GDPR art. 12(5))")
    OTHERS = "others", _("rights of others (GDPR art. 15(4))")
    DUTY_OR_CLAIM = "duty_or_claim", _("legal duty, public task or legal claim (GDPR art. 17(3), 18(2), 21(1))")
    SECURITY = "security", _("security or criminal proceedings (GDPR art. 23, Directive 2016/680 art. 15)")
    CORRECT = "correct", _("what is held is correct")


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> RequestQuerySet:
        """Not answered yet; what is due first comes first."""
        return self.filter(state__in=OPEN).order_by("due_on", "received_on", "pk")

    def ended(self) -> RequestQuerySet:
        return self.exclude(state__in=OPEN).order_by("-ended_at")


class Request(models.Model):
    """What a person asks of the centre about their own data. Days are those of the centre's time zone.

    ``due_on``: a month after ``received_on``, or three if it was extended. ``refusal``: only of a refused one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=RequestKind)
    state = models.CharField(max_length=20, choices=RequestState, default=RequestState.RECEIVED)
    name = EncryptedTextField()
    address = EncryptedTextField()
    wish = EncryptedTextField()
    received_on = models.DateField()
    due_on = models.DateField()
    extended_at = models.DateTimeField(null=True)
    extended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    extension_reason = EncryptedTextField()
    identity = models.CharField(max_length=20, choices=IdentityProof, blank=True)
    identified_at = models.DateTimeField(null=True)
    identified_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    legal_basis = models.CharField(max_length=10, choices=LegalBasis, blank=True)
    refusal = models.CharField(max_length=20, choices=RefusalGround, blank=True)
    decision = EncryptedTextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("request", "extended_at", "identified_at", "ended_at", "made_at"),
            days_within("request", "received_on", "due_on"),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("received_on"))
                & (
                    Q(extended_at=None, due_on__lte=F("received_on") + LONGEST_MONTH)
                    | Q(extended_at__isnull=False, due_on__lte=F("received_on") + LONGEST_EXTENDED)
                ),
                name="request_due_within_the_law",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extended_by=None)
                | Q(extended_at__isnull=False, extended_by__isnull=False),
                name="request_extended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(identified_at=None, identified_by=None, identity="")
                | (Q(identified_at__isnull=False, identified_by__isnull=False) & ~Q(identity="")),
                name="request_identified_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None, ended_by=None)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False, ended_by__isnull=False)),
                name="request_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WITHOUT_IDENTITY) | Q(identified_at__isnull=False),
                name="request_answered_when_identified",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=REFUSED) & ~Q(refusal="")) | (~Q(state__in=REFUSED) & Q(refusal="")),
                name="request_refused_on_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on < today


class RequestDossierQuerySet(models.QuerySet["RequestDossier"]):
    def chosen(self) -> RequestDossierQuerySet:
        """Not taken out again, by the officer or by the coordinator who does not agree."""
        return self.filter(ended_at=None)

    def to_agree(self) -> RequestDossierQuerySet:
        """Of requests for a copy, whose dossiers a coordinator has to confirm."""
        return self.chosen().filter(agreed_at=None, request__kind=RequestKind.ACCESS, request__state__in=OPEN)


class RequestDossier(models.Model):
    """A dossier that a request concerns. ``subject``: the contact or case that names it.

    The officer reads its content only for a copy, and only when a coordinator has agreed that it is the person's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.ForeignKey(Request, models.PROTECT, related_name="dossiers")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    subject = models.UUIDField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = RequestDossierQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("request_dossier", "added_at", "agreed_at", "ended_at"),
            models.UniqueConstraint(
                fields=["request", "subject"], condition=Q(ended_at=None), name="dossier_chosen_once_per_request"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_by=None)
                | (Q(agreed_at__isnull=False, agreed_by__isnull=False) & ~Q(agreed_by=F("added_by"))),
                name="request_dossier_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="request_dossier_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"request's dossier {self.pk}"


class OmissionReason(models.TextChoices):
    THIRD_PERSON = "third_person", _("about somebody else")
    SOURCE = "source", _("would name who told us")
    SECRECY = "secrecy", _("professional secrecy")
    SECURITY = "security", _("security or criminal proceedings")


class RequestItem(models.Model):
    """Whether one item of a dossier is in the copy. No reason: it is.

    ``place``: table, row and field. ``digest``: a keyed digest of the value as stored. A value that changed since, or
    an item without a row, is not decided.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    dossier = models.ForeignKey(RequestDossier, models.PROTECT, related_name="items")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    place = models.CharField(max_length=150)
    digest = models.BinaryField(max_length=32)
    left_out = models.CharField(max_length=20, choices=OmissionReason, blank=True)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            moments_within("request_item", "decided_at"),
            models.UniqueConstraint(fields=["dossier", "place"], name="request_item_decided_once"),
        ]

    def __str__(self) -> str:
        return f"request's item {self.pk}"


class ErasureReason(models.TextChoices):
    REQUEST = "request", _("asked for by the person")
    OBJECTION = "objection", _("should not have been stored")
    DUE = "due", _("due by the rules")
    RESTORED = "restored", _("erased before a backup was restored")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> ErasureQuerySet:
        """Decided, and neither carried out nor withdrawn."""
        return self.filter(done_at=None, withdrawn_at=None).order_by("decided_at", "pk")

    def done(self) -> ErasureQuerySet:
        return self.filter(done_at__isnull=False)

    def due(self, now: datetime) -> ErasureQuerySet:
        """Those that wait for nothing any more. Their dossiers may be on hold."""
        return self.waiting().filter(models.Q(not_before=None) | models.Q(not_before__lte=now))


class Erasure(models.Model):
    """A dossier that is to be erased from ``not_before`` on, or was: ids only. ``subject``: the contact, case,
    callback or call that names the dossier. ``request``: the request that asked for it, if one is recorded.
    ``keys``: the data keys that were emptied, so that a restored backup can be erased again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    subject = models.UUIDField()
    reason = models.CharField(max_length=10, choices=ErasureReason)
    request = models.ForeignKey(Request, models.PROTECT, related_name="erasures", null=True)
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
