"""The tables of what is due, of who is away, and of e-mails about what is due."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import days_within, moments_within, numbers_within
from foundation.privacy.leases import LeasedQuerySet

MOST_STEPS = 10
WITH_NOBODY = Q(user=None)


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def of_user(self, user: User) -> WorkItemQuerySet:
        return self.filter(user=user)

    def of_nobody(self) -> WorkItemQuerySet:
        """What anybody of the organisation may take."""
        return self.filter(WITH_NOBODY)

    def with_next_step(self, now: datetime) -> WorkItemQuerySet:
        """Those whose next step is due, the oldest first."""
        return self.filter(next_at__lte=now).order_by("next_at", "pk")

    def first_due(self) -> WorkItemQuerySet:
        return self.order_by("due_at", "pk")


class WorkItem(models.Model):
    """Something that a person, or anybody of an organisation, has to do by ``due_at``. No content: ids and codes.

    Only triggers on the tables of the apps write these rows (``ntk.list_work``), so that no action can forget one; a
    row goes when the work is done. ``centre``: whose coordinators see it too; none for an organisation's own work.
    ``steps_at``: when each step of the kind is carried out while nobody does the work; ``next_at``: the next of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    #: What is to be done, by the code of the kind.
    detail = models.CharField(max_length=40, blank=True)
    subject = models.UUIDField()
    #: Of the case, or the contact: F-12, C-12.
    reference = models.CharField(max_length=20, blank=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+", null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Who of the organisation may take it, while it is nobody's; empty: anybody who works there.
    role = models.CharField(max_length=20, blank=True)
    #: Ids of those who may not decide it: who proposed something is never the second person.
    besides = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    #: Ids of those who were told by e-mail that it is urgent.
    told = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    is_urgent = models.BooleanField(default=False)
    is_escalated = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    steps_at = ArrayField(models.DateTimeField(), default=list)
    steps_done = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(default=timezone.now)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("work_item", "due_at", "next_at", "listed_at"),
            numbers_within("work_item", steps_done=(0, MOST_STEPS)),
            models.UniqueConstraint(fields=["kind", "subject"], name="one_work_item_per_subject"),
        ]
        indexes = [
            models.Index(fields=["user", "due_at", "id"], name="work_item_of_user", condition=Q(user__isnull=False)),
            models.Index(fields=["organisation", "due_at", "id"], name="work_item_of_nobody", condition=WITH_NOBODY),
            models.Index(fields=["centre", "due_at", "id"], name="work_item_of_centre"),
            models.Index(fields=["next_at", "id"], name="work_item_next_step", condition=Q(next_at__isnull=False)),
            models.Index(fields=["-listed_at", "id"], name="work_item_urgent", condition=Q(is_urgent=True)),
        ]

    def __str__(self) -> str:
        return f"work item {self.pk}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def not_ended(self) -> AbsenceQuerySet:
        """Planned ones and those that have begun, the earliest first."""
        return self.filter(ended_at=None).order_by("starts_on", "pk")


class Absence(models.Model):
    """Days on which a person does not work for an organisation. Why is nobody's concern and is not stored.

    From the first day to the last one, both included, by the time zone of the organisation; without a last day until
    somebody ends it. ``deputy``: who gets the person's work meanwhile; without one the shift does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    deputy = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("absence", "made_at", "ended_at"),
            days_within("absence", "starts_on", "ends_on"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_its_start"),
            models.CheckConstraint(condition=~Q(deputy=F("user")), name="absence_deputy_is_another"),
        ]
        indexes = [
            models.Index(fields=["organisation", "starts_on"], name="absence_not_ended", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"

    def runs_at(self, moment: datetime) -> bool:
        """Whether the person is away then, by the time zone of the organisation."""
        day = moment.astimezone(self.organisation.zone).date()
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class MailChoice(models.Model):
    """Which e-mails about due work a person wants. Who has no row has the default (``mails.choice_of``)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", primary_key=True)
    daily = models.BooleanField()
    urgent = models.BooleanField()

    def __str__(self) -> str:
        return f"mail choice of user {self.pk}"


class MailKind(models.TextChoices):
    DAILY = "daily"
    URGENT = "urgent"


class WorkMailQuerySet(LeasedQuerySet["WorkMail"]):
    def to_send(self, now: datetime) -> WorkMailQuerySet:
        return self.filter(ended_at=None, due_at__lte=now).order_by("due_at", "pk")


class WorkMail(models.Model):
    """An e-mail about due work to one person; what it says is counted when it is sent.

    ``day``: of a daily one, in the person's time zone. ``sent_at``: none if there was nothing to say, or nobody to say
    it to, when it ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=MailKind)
    day = models.DateField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = WorkMailQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("work_mail", "due_at", "claimed_until", "ended_at", "sent_at"),
            days_within("work_mail", "day"),
            models.CheckConstraint(
                condition=Q(kind=MailKind.DAILY, day__isnull=False) | Q(kind=MailKind.URGENT, day=None),
                name="work_mail_day",
            ),
            models.UniqueConstraint(fields=["day", "user"], condition=Q(kind=MailKind.DAILY), name="one_daily_mail"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind=MailKind.URGENT, ended_at=None), name="one_unsent_urgent_mail"
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="work_mail_unsent", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"work mail {self.pk}"
