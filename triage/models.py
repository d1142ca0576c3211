"""The table of assessments."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within
from foundation.privacy.fields import EncryptedJSONField, EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels
from hotline.contacts.models import Contact

from .checklist import load
from .questionnaire import Checklist
from .rules import Proposal, propose
from .states import DECIDED, IN_FORCE, OPEN, WITHOUT_END, AssessmentState
from .vocabulary import SECURING_DUTIES, Disposition, Duty, Urgency, WaiverReason

DRAFT_HAS_NO_END = Q(state__in=WITHOUT_END, completed_at=None, completed_by=None, disposition="open")
END_IS_WHOLE = (
    ~Q(state__in=WITHOUT_END) & Q(completed_at__isnull=False, completed_by__isnull=False) & ~Q(disposition="open")
)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of_contact(self, contact_id: uuid.UUID) -> AssessmentQuerySet:
        return self.filter(contact=contact_id)

    def open(self) -> AssessmentQuerySet:
        """Drafts and assessments that wait for a coordinator; at most one for each contact."""
        return self.filter(state__in=OPEN)

    def waiting(self) -> AssessmentQuerySet:
        return self.filter(state=AssessmentState.WAITING_CONFIRMATION)

    def in_force(self) -> AssessmentQuerySet:
        """Completed and not superseded; at most one for each contact."""
        return self.filter(state=AssessmentState.COMPLETED)

    def kept(self) -> AssessmentQuerySet:
        """Without discarded ones."""
        return self.exclude(state=AssessmentState.DISCARDED)

    def newest_first(self) -> AssessmentQuerySet:
        return self.order_by("-created_at", "-id")


class Assessment(ChoiceLabels, models.Model):
    """The answered checklist of one contact. A trigger refuses changes of a completed one; it can only be superseded.

    A draft that was started by mistake is discarded: the row is kept for the audit and is not counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="assessments")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    checklist_id = models.CharField(max_length=40)
    checklist_version = models.PositiveSmallIntegerField()
    checklist_digest = models.CharField(max_length=64)

    #: Question id to a code, or to a list of codes where several are possible.
    answers = models.JSONField(default=dict)
    #: Question id to {"by": user id, "at": ISO time in UTC, "from": "contact" or the superseded assessment, if copied}.
    provenance = models.JSONField(default=dict)
    #: Question or section id to free text. Rules do not read it.
    notes = EncryptedJSONField()

    #: The proposal of the rules at completion, and the answers that led to it.
    proposed_disposition = models.CharField(max_length=20, choices=Disposition, default=Disposition.OPEN)
    proposed_urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.STANDARD)
    proposed_duties = ArrayField(models.CharField(max_length=30, choices=Duty), default=list)
    services = ArrayField(models.CharField(max_length=30), default=list)
    reasons = models.JSONField(default=list)

    #: The decision. In a draft, `duties` are those kept from an earlier decision, whatever its answers say.
    disposition = models.CharField(max_length=20, choices=Disposition, default=Disposition.OPEN)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.STANDARD)
    duties = ArrayField(models.CharField(max_length=30, choices=Duty), default=list)
    #: Of a decided one: each duty that it brings anew, with the moments (ISO, with offset) of `due_times`.
    duties_due = models.JSONField(default=dict)
    #: Of a decided one: questions whose answer is not known and matters.
    find_out = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    #: Of a draft: the securing duties of its current answers, kept by every action that saves a draft.
    draft_duties = ArrayField(models.CharField(max_length=30, choices=Duty), default=list)
    override_reason = EncryptedTextField()
    #: Why a coordinator has to confirm: codes of `rules.second_person_for`.
    second_person_for = ArrayField(models.CharField(max_length=30), default=list)
    #: The coordinator's note when confirming it or sending it back.
    review_note = EncryptedTextField()

    state = models.CharField(max_length=12, choices=AssessmentState, default=AssessmentState.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    supersedes = models.OneToOneField("self", models.PROTECT, related_name="superseded_by", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("assessment", "created_at", "completed_at", "confirmed_at"),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(state__in=OPEN),
                name="assessment_one_open",
            ),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(state__in=IN_FORCE), name="assessment_one_in_force"
            ),
            models.CheckConstraint(condition=DRAFT_HAS_NO_END | END_IS_WHOLE, name="assessment_completed_at_and_by"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="assessment_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("completed_by")),
                name="assessment_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(second_person_for=[]) | Q(confirmed_by__isnull=False),
                name="assessment_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-created_at"], name="assessment_contact"),
            models.Index(
                fields=["centre", "completed_at"],
                name="assessment_waiting",
                condition=Q(state=AssessmentState.WAITING_CONFIRMATION),
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    @property
    def checklist(self) -> Checklist:
        return load(self.checklist_id, self.checklist_version)

    @property
    def is_draft(self) -> bool:
        return self.state == AssessmentState.DRAFT

    @property
    def was_sent_back(self) -> bool:
        """Whether a coordinator returned it to the handler."""
        return self.is_draft and bool(self.review_note)

    @property
    def is_waiting(self) -> bool:
        return self.state == AssessmentState.WAITING_CONFIRMATION

    @property
    def is_override(self) -> bool:
        """Whether the decision differs from the proposal of the rules."""
        chosen = (self.disposition, self.urgency, set(self.duties))
        return chosen != (self.proposed_disposition, self.proposed_urgency, set(self.proposed_duties))

    def proposal(self) -> Proposal:
        """The proposal for the current answers, with the duties kept from an earlier decision."""
        kept = self.duties if self.is_draft else self.proposed_duties
        standing = SECURING_DUTIES & {Duty(code) for code in kept}
        return propose(self.checklist, self.answers, standing)

    def duties_asked(self, answers: dict[str, Any] | None = None, kept: list[str] | None = None) -> list[str]:
        """The value of ``draft_duties`` for these answers and duties, else for those of the row."""
        standing = SECURING_DUTIES & {Duty(code) for code in (self.duties if kept is None else kept)}
        proposal = propose(self.checklist, self.answers if answers is None else answers, standing)
        return sorted(proposal.duties & SECURING_DUTIES)

    @property
    def securing_duties(self) -> frozenset[Duty]:
        """Duties of security and child protection; they stay open until a coordinator releases them.

        One that waits for a coordinator still has the proposed ones; a draft has those of its current answers.
        """
        if self.state == AssessmentState.DISCARDED:
            return frozenset()
        if self.is_draft:
            return self.proposal().duties & SECURING_DUTIES
        held = {*self.duties, *self.proposed_duties} if self.is_waiting else self.duties
        return SECURING_DUTIES & {Duty(code) for code in held}


class Waiver(ChoiceLabels, models.Model):
    """Somebody's decision that a contact needs no triage. A triage that is begun later counts instead of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.OneToOneField(Contact, models.PROTECT, related_name="triage_waiver")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=WaiverReason)
    words = EncryptedTextField()
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [moments_within("waiver", "decided_at")]

    def __str__(self) -> str:
        return f"no triage of contact {self.contact_id}"
