"""Tables of referrals, summaries, disclosures, messages, notices and conflicts of a case."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.journal.numbers import next_number
from foundation.privacy.bounds import COUNTED, days_within, moments_within, numbers_within
from foundation.privacy.compiled import Given
from foundation.privacy.fields import EncryptedJSONField, EncryptedTextField
from foundation.privacy.leases import LeasedQuerySet
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels
from regions.vocabulary import SAID_SO_ITSELF, ConflictReason, Service
from triage.vocabulary import Urgency

from .states import (
    ENDED,
    LIVE,
    TAKEN,
    UNSUCCESSFUL,
    WAITING,
    WAITS_FOR_CENTRE,
    WAITS_FOR_PARTNER,
    WITHOUT_OFFER,
    ReferralState,
    in_order,
)
from .vocabulary import (
    DeclineReason,
    Disclosable,
    Feedback,
    LegalBasis,
    MessageKind,
    Outcome,
)

#: The same as the states LIVE (constraint ``referral_ended_at``), as the partial indexes say it.
NOT_ENDED = Q(ended_at=None)


class ReferralQuerySet(models.QuerySet["Referral"]):
    def waiting(self) -> ReferralQuerySet:
        return self.filter(state__in=WAITING)

    def taken(self) -> ReferralQuerySet:
        return self.filter(state__in=TAKEN)

    def live(self) -> ReferralQuerySet:
        return self.filter(NOT_ENDED, state__in=LIVE)

    def ended(self) -> ReferralQuerySet:
        return self.filter(~NOT_ENDED, state__in=ENDED)

    def overdue(self, now: datetime) -> ReferralQuerySet:
        """Referrals whose answer was due before ``now``."""
        return self.waiting().filter(due_at__lt=now)

    def for_inbox(self, organisation: Organisation | Given) -> ReferralQuerySet:
        return self.filter(organisation=organisation).exclude(state=ReferralState.DRAFT)

    def newest_first(self) -> ReferralQuerySet:
        return self.order_by("-created_at", "-id")


class Referral(ChoiceLabels, models.Model):
    """The offer of a case to a partner organisation, and its answer.

    The row has no content, because the partner may read it after the referral ended. The content is in ``Summary``,
    ``Disclosure`` and ``Message``, which row-level security shows only while the state allows it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.BigIntegerField(unique=True, editable=False, db_default=next_number("handoff_referral_number"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="referrals")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    follows = models.ForeignKey("self", models.PROTECT, related_name="followed_by", null=True)
    state = models.CharField(max_length=12, choices=ReferralState, default=ReferralState.DRAFT)
    service = models.CharField(max_length=20, choices=Service)
    urgency = models.CharField(max_length=10, choices=Urgency)
    rank = models.PositiveSmallIntegerField(null=True)
    rank_reasons = models.JSONField(default=list)
    contact_person = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(null=True)
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True)
    #: When each DeadlineStep is carried out while nobody answers, in its order; of the last offer or question.
    steps_at = ArrayField(models.DateTimeField(), default=list)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason, blank=True)
    first_contact_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    ended_at = models.DateTimeField(null=True)
    asked_again_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within(
                "referral",
                "created_at",
                "offered_at",
                "due_at",
                "answered_at",
                "first_contact_at",
                "ended_at",
                "asked_again_at",
                "kept_at",
            ),
            numbers_within("referral", number=COUNTED),
            models.UniqueConstraint(
                fields=["case", "organisation"],
                condition=Q(state__in=in_order(LIVE)),
                name="one_live_referral_per_case_and_partner",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=in_order(WAITING | TAKEN)),
                name="one_partner_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=in_order(WITHOUT_OFFER))
                | Q(
                    offered_at__isnull=False,
                    offered_by__isnull=False,
                    due_at__isnull=False,
                ),
                name="referral_offered_at_by_and_due",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="referral_answered_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False, state__in=in_order(UNSUCCESSFUL)),
                name="referral_kept_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=in_order(ENDED),
                    ended_at__isnull=False,
                )
                | Q(
                    state__in=in_order(LIVE),
                    ended_at__isnull=True,
                ),
                name="referral_ended_at",
            ),
        ]
        indexes = [
            # In the order of the lists, of which each reads only the first.
            models.Index(fields=["centre", "due_at", "created_at", "id"], name="referral_board", condition=NOT_ENDED),
            models.Index(fields=["centre", "-ended_at", "-id"], name="referral_board_ended", condition=~NOT_ENDED),
            models.Index(fields=["organisation", "due_at", "id"], name="referral_inbox", condition=NOT_ENDED),
            models.Index(
                fields=["organisation", "-ended_at", "-id"], name="referral_inbox_ended", condition=~NOT_ENDED
            ),
            models.Index(fields=["case"], name="referral_case"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"R-{self.number}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def waits_for_partner(self) -> bool:
        return self.state in WAITS_FOR_PARTNER

    @property
    def waits_for_centre(self) -> bool:
        return self.state in WAITS_FOR_CENTRE


class NextStep(models.Model):
    """An ended referral whose case waits for a decision: no partner took it. Only triggers write these rows.

    A row goes when somebody decides: another partner is asked, the centre keeps the case, or the case is closed.
    """

    referral = models.OneToOneField(Referral, models.PROTECT, primary_key=True, related_name="next_step")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"next step after referral {self.pk}"


class OfferCount(models.Model):
    """Numbers of a partner's offers by the day (in UTC) of the offer. Only a trigger writes these rows.

    ``taken``: those that the partner has now; ``answered``: those that were answered or expired. Rows are numbers of an
    organisation, not of people, and are never deleted.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    taken = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    in_time = models.PositiveIntegerField()

    class Meta:
        constraints = [
            days_within("offer_count", "day"),
            numbers_within("offer_count", taken=COUNTED, answered=COUNTED, in_time=COUNTED),
            models.UniqueConstraint(fields=["organisation", "day"], name="offers_counted_once"),
        ]
        indexes = [
            models.Index(fields=["day"], name="offer_count_day"),
            models.Index(fields=["organisation"], name="offer_count_taken", condition=Q(taken__gt=0)),
        ]

    def __str__(self) -> str:
        return f"offers of organisation {self.organisation_id} of {self.day}"


class Summary(models.Model):
    """What the partner may read before it answers: codes and a text without names."""

    referral = models.OneToOneField(Referral, models.PROTECT, primary_key=True, related_name="summary")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    facts = EncryptedJSONField()
    text = EncryptedTextField()

    def __str__(self) -> str:
        return f"summary {self.pk}"


class Disclosure(models.Model):
    """A disclosure: which fields, on which legal basis, decided by whom. It takes effect on acceptance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.OneToOneField(Referral, models.PROTECT, related_name="disclosure")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    field_names = ArrayField(models.CharField(max_length=20, choices=Disclosable), default=list)
    fields = EncryptedJSONField()
    legal_basis = models.CharField(max_length=20, choices=LegalBasis, blank=True)
    may_pass_on = models.BooleanField(default=False)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    effective_at = models.DateTimeField(null=True)
    #: When the centre was notified that consent no longer covers the fields.
    consent_ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            moments_within("disclosure", "decided_at", "effective_at", "consent_ended_at"),
            models.CheckConstraint(
                condition=Q(field_names=[]) | ~Q(legal_basis=""),
                name="disclosure_has_a_legal_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


class Message(models.Model):
    """A question, an answer or feedback between partner and centre."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="messages")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind)
    feedback = models.CharField(max_length=15, choices=Feedback, blank=True)
    text = EncryptedTextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [moments_within("message", "written_at")]
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return f"message {self.pk}"


class CaseConflictQuerySet(models.QuerySet["CaseConflict"]):
    def standing(self) -> CaseConflictQuerySet:
        return self.filter(ended_at=None)


class CaseConflict(models.Model):
    """A partner's conflict of interest in one case. The row is never deleted: somebody ends it.

    The centre notes it with a reason, or the partner declares it when it declines (``declared_in``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="conflicts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    declared_in = models.ForeignKey(Referral, models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=20, choices=ConflictReason, blank=True)
    text = EncryptedTextField()
    noted_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = CaseConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("case_conflict", "noted_at", "ended_at"),
            models.UniqueConstraint(
                fields=["case", "organisation"],
                condition=Q(ended_at=None),
                name="one_standing_conflict_per_case_and_partner",
            ),
            models.CheckConstraint(
                condition=Q(declared_in=None, reason__in=ConflictReason.values)
                | Q(declared_in__isnull=False, reason=""),
                name="case_conflict_reason_or_declared",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="case_conflict_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"conflict of interest {self.pk}"

    @property
    def code(self) -> str:
        """The code of the reason in the ranking."""
        return self.reason or SAID_SO_ITSELF


class NoticeQuerySet(LeasedQuerySet["Notice"]):
    def to_send(self, now: datetime) -> NoticeQuerySet:
        return self.filter(sent_at=None, gave_up_at=None, due_at__lte=now).order_by("pk")

    def given_up(self) -> NoticeQuerySet:
        """Dead letters: they are not sent until an administrator retries them."""
        return self.filter(sent_at=None, gave_up_at__isnull=False).order_by("gave_up_at", "pk")


class Notice(models.Model):
    """An e-mail that announces something on the platform; it contains the reference only.

    Written in the transaction of its event. The unique key prevents duplicates when the event is relayed twice; a
    periodic task sends notices that were missed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    event = models.BigIntegerField()
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("notice", "due_at", "claimed_until", "sent_at", "gave_up_at"),
            numbers_within("notice", event=COUNTED),
            models.UniqueConstraint(fields=["event", "recipient"], name="one_notice_per_event_and_person"),
        ]
        indexes = [models.Index(fields=["id"], name="notice_unsent", condition=Q(sent_at=None))]

    def __str__(self) -> str:
        return f"notice {self.pk}"
