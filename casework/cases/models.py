"""Tables of cases, their contacts, who is responsible, and notes in the case file."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.journal.numbers import next_number
from foundation.privacy.bounds import COUNTED, moments_within, numbers_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels
from hotline.contacts.models import Contact
from regions.models import Region
from triage.models import Assessment
from triage.vocabulary import Disposition, Duty, Urgency

from .states import (
    ANSWERED_QUESTION,
    CLOSED,
    DONE,
    DROP_WAITS,
    DROPPED,
    ENDED_ACTION,
    NOT_CLOSED,
    OPEN,
    OPEN_ACTION,
    OPEN_QUESTION,
    TO_DO,
    ActionState,
    CaseState,
    QuestionState,
)
from .vocabulary import CREDIBILITY, RELIABILITY, CloseReason, DropReason, NoteKind

IS_OPEN = Q(state=CaseState.OPEN)
IS_MONITORED = Q(state=CaseState.MONITORED)
IS_WITH_CENTRE = Q(responsible_organisation=F("centre"))
IS_NOBODYS = Q(responsible_user=None) & IS_WITH_CENTRE
IS_OPEN_DUTY = Q(state__in=OPEN_ACTION) & ~Q(duty="")
#: What a row of a list shows.
LISTED = [
    *("number", "centre", "state", "opened_at", "label", "disposition", "urgency"),
    *("region__name_en", "region__name_fr", "region__name_de"),
    *("responsible_organisation__name", "responsible_user__name"),
]


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.filter(state=CaseState.OPEN)

    def closed(self) -> CaseQuerySet:
        return self.filter(state=CaseState.CLOSED)

    def of_user(self, user: User) -> CaseQuerySet:
        """Cases for which the person is responsible or contact person."""
        return self.filter(Q(contact_person=user) | Q(responsible_user=user))

    def first_of_user(self, user: User, count: int) -> CaseQuerySet:
        """The first of the user's cases in the order of these: of each index the first, not all that a person has."""
        mine = self.filter(contact_person=user)[:count].values("pk")
        responsible = self.filter(responsible_user=user)[:count].values("pk")
        return self.filter(pk__in=mine.union(responsible))[:count]

    def unassigned(self) -> CaseQuerySet:
        return self.filter(IS_NOBODYS)

    def with_partner(self) -> CaseQuerySet:
        """Cases for which another organisation than the centre is responsible."""
        return self.exclude(IS_WITH_CENTRE)

    def newest_first(self) -> CaseQuerySet:
        return self.order_by("-opened_at", "-id")

    def with_names(self) -> CaseQuerySet:
        """What lists show, with region and the responsible organisation and person; one query."""
        return self.select_related("region", "responsible_organisation", "responsible_user").only(*LISTED)

    def with_people(self) -> CaseQuerySet:
        """With region, people, ``now_responsible``, and ``has_other_bodies``: whether there is a team; two queries."""
        current = Responsibility.objects.current().select_related("user", "organisation")
        prefetch = models.Prefetch("responsibilities", current, to_attr="current_responsibilities")
        others = models.Exists(BodyWorker.objects.filter(case=models.OuterRef("pk")))
        with_names = self.select_related("region", "contact_person").annotate(has_other_bodies=others)
        return with_names.prefetch_related(prefetch)


class Case(ChoiceLabels, models.Model):
    """The work on one person of concern. Its data key is that of the contact that opened it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.BigIntegerField(unique=True, editable=False, db_default=next_number("cases_case_number"))
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    contact_person = models.ForeignKey(User, models.PROTECT, related_name="+")
    #: The current responsibility, for policies and lists. A trigger copies it from the newest Responsibility.
    responsible_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    responsible_user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True)
    label = models.CharField(max_length=120, blank=True)
    disposition = models.CharField(max_length=20, choices=Disposition)
    urgency = models.CharField(max_length=10, choices=Urgency)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.OPEN)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: When and why the work ended: the case was closed, or is monitored since. Empty while it is open.
    work_ended_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=15, choices=CloseReason, blank=True, db_default="")

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("case", "opened_at", "closed_at", "work_ended_at"),
            numbers_within("case", number=COUNTED),
            models.UniqueConstraint(fields=["assessment"], name="one_case_per_assessment"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, state__in=NOT_CLOSED)
                | Q(closed_at__isnull=False, closed_by__isnull=False, state__in=CLOSED),
                name="case_closed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, close_reason="", work_ended_at=None)
                | Q(work_ended_at__isnull=False) & ~Q(state__in=OPEN) & ~Q(close_reason=""),
                name="case_work_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "-opened_at", "-id"], name="case_centre_newest"),
            # In the order of the lists; each of their first pages reads one of these from the beginning.
            models.Index(fields=["contact_person", "-opened_at", "-id"], name="case_contact_person", condition=IS_OPEN),
            models.Index(fields=["responsible_user", "-opened_at", "-id"], name="case_responsible", condition=IS_OPEN),
            models.Index(
                fields=["centre", "-opened_at", "-id"], name="case_unassigned", condition=IS_OPEN & IS_NOBODYS
            ),
            models.Index(fields=["centre", "-opened_at", "-id"], name="case_with_partner", condition=~IS_WITH_CENTRE),
            models.Index(fields=["centre", "-opened_at", "-id"], name="case_monitored", condition=IS_MONITORED),
            models.Index(fields=["centre", "work_ended_at"], name="case_by_end", condition=~IS_OPEN),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"F-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN

    @property
    def is_monitored(self) -> bool:
        return self.state == CaseState.MONITORED

    @property
    def is_closed(self) -> bool:
        return self.state == CaseState.CLOSED

    @property
    def is_nobodys(self) -> bool:
        """Whether the centre is responsible, but no person of it."""
        return self.responsible_user_id is None and self.responsible_organisation_id == self.centre_id

    @property
    def is_with_partner(self) -> bool:
        return self.responsible_organisation_id != self.centre_id

    @property
    def now_responsible(self) -> Responsibility:
        """The current responsibility; only for cases read ``with_people``."""
        current: list[Responsibility] = getattr(self, "current_responsibilities")  # noqa: B009  set by the prefetch
        return current[0]


class CaseContact(models.Model):
    """A contact of a case. A contact belongs to at most one case."""

    contact = models.OneToOneField(Contact, models.PROTECT, primary_key=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="case_contacts")
    linked_at = models.DateTimeField(default=timezone.now)
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [moments_within("case_contact", "linked_at")]

    def __str__(self) -> str:
        return f"case contact {self.pk}"


class BodyWorker(models.Model):
    """A person of another body than the centre who works on the case, named by that body of the case team.

    Only triggers on the members of case teams write these rows; a row goes when the body leaves or names another one.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="body_workers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user", "organisation"], name="one_body_worker")]

    def __str__(self) -> str:
        return f"body worker {self.pk}"


class CaseToOpen(models.Model):
    """A completed assessment that leads to a case, while its contact has none. Only triggers write these rows.

    A row goes when the contact gets a case or the assessment is superseded. Nothing else deletes it.
    """

    contact = models.OneToOneField(Contact, models.PROTECT, primary_key=True, related_name="+")
    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [moments_within("case_to_open", "completed_at")]

    def __str__(self) -> str:
        return f"case to open for contact {self.pk}"


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def current(self) -> ResponsibilityQuerySet:
        return self.filter(until=None)


class Responsibility(models.Model):
    """Who is responsible for a case, and since when: exactly one current row per case; earlier rows are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="responsibilities")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("responsibility", "since", "until"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(until=None),
                name="one_responsible_per_case",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="responsible_user", condition=Q(until=None))]

    def __str__(self) -> str:
        return f"responsibility {self.pk}"

    @property
    def is_with_partner(self) -> bool:
        """Whether a partner is responsible; needs the organisation to be read with the row."""
        return self.organisation.kind != OrganisationKind.CENTRE


class Note(models.Model):
    """A note in the case file, with time and author."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=NoteKind, default=NoteKind.NOTE)
    text = EncryptedTextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [moments_within("note", "written_at")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Strand(models.TextChoices):
    SOCIAL = "social", _("social")
    SECURITY = "security", _("security")


class ActionQuerySet(models.QuerySet["Action"]):
    def open(self) -> ActionQuerySet:
        return self.filter(state__in=OPEN_ACTION)

    def to_do(self) -> ActionQuerySet:
        """Open ones that somebody has to do; a proposed drop waits for a second person instead."""
        return self.filter(state__in=TO_DO)

    def open_duties(self) -> ActionQuerySet:
        """Open ones of a triage, not those that somebody added."""
        return self.filter(IS_OPEN_DUTY)

    def protected(self) -> ActionQuerySet:
        """Duties that only two people together may drop."""
        return self.filter(is_protected=True)

    def open_first(self) -> ActionQuerySet:
        """Open ones in the order in which they are due, then the others, the last ended first."""
        return self.order_by(F("ended_at").desc(nulls_first=True), "due_at", "pk")


class Action(ChoiceLabels, models.Model):
    """Something that has to be done: a duty of a triage, or what somebody added to a case.

    Duties are added by a trigger when a triage is decided (``ntk.add_duties``), so that none can be forgotten; one
    whose triage leads to no case belongs to the contact alone. ``organisation``: the centre, or another body of the
    case team; then it is shared with the team. ``user``: whose it is; none: the shift's, or for
    ``role`` only. ``steps_at``: when it is due, reaches the shift, and the coordinators.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="actions", null=True)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", null=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    duty = models.CharField(max_length=30, choices=Duty, blank=True)
    #: What has to be done; empty for a duty.
    text = EncryptedTextField()
    strand = models.CharField(max_length=10, choices=Strand)
    is_protected = models.BooleanField(default=False)
    #: Whether the bodies of the team read it too; then its text is encrypted with the team's key.
    is_shared = models.BooleanField(default=False, db_default=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    role = models.CharField(max_length=20, blank=True)
    is_urgent = models.BooleanField(default=False)
    steps_at = ArrayField(models.DateTimeField())
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=15, choices=ActionState, default=ActionState.AGREED, db_default=ActionState.AGREED
    )
    escalated_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    #: When somebody began it, or did it at once.
    begun_at = models.DateTimeField(null=True)
    #: What was done, or why it is dropped.
    result = EncryptedTextField()
    #: Whether it was a meeting with the person whom the case is about.
    met_person = models.BooleanField(default=False, db_default=False)
    drop_reason = models.CharField(max_length=15, choices=DropReason, blank=True, db_default="")
    drop_proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("action", "due_at", "escalated_at", "added_at", "begun_at", "ended_at"),
            models.CheckConstraint(condition=Q(case__isnull=False) | Q(contact__isnull=False), name="action_of_whom"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, state__in=OPEN_ACTION)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED_ACTION),
                name="action_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DROP_WAITS) | Q(drop_proposed_by__isnull=False), name="action_drop_proposed_by"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(*DROP_WAITS, *DROPPED)) & ~Q(drop_reason="")
                | ~Q(state__in=(*DROP_WAITS, *DROPPED)) & Q(drop_reason=""),
                name="action_drop_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DROPPED, is_protected=True)
                | Q(drop_proposed_by__isnull=False) & ~Q(drop_proposed_by=F("ended_by")),
                name="action_dropped_by_two",
            ),
            models.CheckConstraint(condition=Q(met_person=False) | Q(state__in=DONE), name="action_met_person"),
            models.UniqueConstraint(
                fields=["contact", "duty"],
                condition=Q(state__in=OPEN_ACTION) & ~Q(duty=""),
                name="one_open_duty_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-ended_at", "due_at"], name="action_case"),
            models.Index(fields=["case", "user"], name="action_open_of_case", condition=Q(state__in=OPEN_ACTION)),
            models.Index(fields=["centre", "due_at"], name="duty_by_due_time", condition=~Q(duty="")),
            models.Index(fields=["centre", "due_at"], name="action_by_due_time", condition=Q(duty="")),
            models.Index(fields=["centre", "due_at"], name="open_duty", condition=IS_OPEN_DUTY),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ACTION

    @property
    def is_free(self) -> bool:
        """Whether anybody of the shift may take it."""
        return self.user_id is None and not self.role and not self.is_of_body

    @property
    def is_of_body(self) -> bool:
        """Whether another body of the case team does it, not the centre."""
        return self.organisation_id != self.centre_id

    @property
    def what(self) -> str:
        """In words. Raises WrongKey."""
        return self.get_duty_display() if self.duty else self.text


class CaseQuestionQuerySet(models.QuerySet["CaseQuestion"]):
    def open(self) -> CaseQuestionQuerySet:
        return self.filter(state__in=OPEN_QUESTION)

    def open_first(self) -> CaseQuestionQuerySet:
        """Open ones as they were added, then the others, the last ended first."""
        return self.order_by(F("ended_at").desc(nulls_first=True), "added_at", "pk")


class CaseQuestion(ChoiceLabels, models.Model):
    """Something that is not known and has to be found out. A gap is information too (docs/domain.md, step 3).

    Those of a triage are added by a trigger when it is decided (``ntk.add_questions``): ``code`` is a question of its
    checklist. Others are asked by people, with a text. An answer has a source and a grading, which are kept apart:
    A to F for the source, 1 to 6 for the information.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="questions")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", null=True)
    code = models.CharField(max_length=60, blank=True)
    #: What is asked; empty for a question of the checklist.
    text = EncryptedTextField()
    state = models.CharField(
        max_length=10, choices=QuestionState, default=QuestionState.OPEN, db_default=QuestionState.OPEN
    )
    #: The answer, or why it is no longer asked.
    answer = EncryptedTextField()
    source = EncryptedTextField()
    reliability = models.CharField(max_length=1, blank=True, db_default="")
    credibility = models.CharField(max_length=1, blank=True, db_default="")
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = CaseQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("case_question", "added_at", "ended_at"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, state__in=OPEN_QUESTION)
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(state__in=OPEN_QUESTION),
                name="case_question_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ANSWERED_QUESTION, reliability__in=RELIABILITY, credibility__in=CREDIBILITY)
                | Q(reliability="", credibility="") & ~Q(state__in=ANSWERED_QUESTION),
                name="case_question_grading",
            ),
            models.UniqueConstraint(
                fields=["case", "code"],
                condition=Q(state__in=OPEN_QUESTION) & ~Q(code=""),
                name="one_open_question_of_a_code",
            ),
        ]
        indexes = [models.Index(fields=["case", "-ended_at", "added_at"], name="case_question_case")]

    def __str__(self) -> str:
        return f"question {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_QUESTION

    @property
    def grading(self) -> str:
        """As the Admiralty code writes it: B2."""
        return f"{self.reliability.upper()}{self.credibility}"
