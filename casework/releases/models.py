"""Tables of releases from prison with who does what before, on and after the day, and of exit reports."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casework.cases.models import Strand
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import days_within, moments_within, numbers_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import (
    AHEAD,
    ANNOUNCED,
    APPROVED,
    CANCELLED,
    CURRENT,
    DISCUSSED,
    DRAFTS,
    ENDED,
    HANDED_OVER,
    IN_HAND,
    PREPARED,
    RELEASED,
    SETTLED,
    TO_PRINT,
    ExitReportState,
    PrisonReleaseState,
)
from .vocabulary import PART_LABELS, Phase, Recipient

PARTS_OF_REPORT = tuple(PART_LABELS)
#: Before or after the day of a release.
MOST_DAYS = 366
#: What a release says in words of its own.
TEXTS_OF_RELEASE = ("establishment", "treatment_now", "treatment_after", "conditions")


class PrisonReleaseQuerySet(models.QuerySet["PrisonRelease"]):
    def current(self) -> PrisonReleaseQuerySet:
        return self.filter(state__in=CURRENT)

    def need_report(self) -> PrisonReleaseQuerySet:
        """Those that ask for an exit report before their case is closed."""
        return self.exclude(state__in=CANCELLED).filter(no_report_at=None)

    def with_names(self) -> PrisonReleaseQuerySet:
        return self.select_related(
            "team", "centre", "organisation", "user", "announced_by", "ended_by", "no_report_by", "data_key"
        )


class PrisonRelease(ChoiceLabels, models.Model):
    """Somebody is released from prison: when, from where, and who answers for it. One is current per case.

    ``organisation`` and ``user``: the centre with one of its people, or nobody: the shift; or a body of the team with
    its named person. ``data_key``: the team's. ``due_at`` and ``steps_at``: see due_times.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="prison_releases")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=PrisonReleaseState, default=PrisonReleaseState.ANNOUNCED)
    release_date = models.DateField()
    establishment = EncryptedTextField()
    treatment_now = EncryptedTextField()
    treatment_after = EncryptedTextField()
    conditions = EncryptedTextField()
    #: Why the date moved, the last time.
    move_reason = EncryptedTextField()
    #: Empty if it was cancelled as the case was closed.
    cancel_reason = EncryptedTextField()
    due_at = models.DateTimeField()
    steps_at = ArrayField(models.DateTimeField())
    escalated_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(default=timezone.now)
    announced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    #: When somebody said that the person was released.
    released_at = models.DateTimeField(null=True)
    #: When it was settled or cancelled.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Why there is no exit report, which is needed to close the case otherwise (closing.py).
    no_report_reason = EncryptedTextField()
    no_report_at = models.DateTimeField(null=True)
    no_report_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = PrisonReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within(
                "prison_release",
                *("due_at", "escalated_at", "announced_at", "prepared_at", "released_at", "ended_at", "no_report_at"),
            ),
            models.CheckConstraint(
                condition=Q(no_report_at=None, no_report_by=None)
                | Q(no_report_at__isnull=False, no_report_by__isnull=False),
                name="prison_release_no_report_at_and_by",
            ),
            days_within("prison_release", "release_date"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=CURRENT), name="one_current_prison_release"),
            models.CheckConstraint(
                condition=Q(state__in=ANNOUNCED, prepared_at=None, released_at=None)
                | Q(state__in=PREPARED, prepared_at__isnull=False, released_at=None)
                | Q(state__in=(*RELEASED, *SETTLED), released_at__isnull=False)
                | Q(state__in=CANCELLED, released_at=None),
                name="prison_release_prepared_and_released",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, state__in=CURRENT)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED),
                name="prison_release_ended_at_and_by",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-announced_at", "id"], name="prison_release_of_team"),
            models.Index(
                fields=["centre", "release_date"], name="prison_release_by_date", condition=Q(state__in=CURRENT)
            ),
        ]

    def __str__(self) -> str:
        return f"release from prison {self.pk}"

    @property
    def is_current(self) -> bool:
        return self.state in CURRENT

    @property
    def is_ahead(self) -> bool:
        """Whether the person is still in prison."""
        return self.state in AHEAD

    @property
    def is_announced(self) -> bool:
        return self.state in ANNOUNCED

    @property
    def is_released(self) -> bool:
        """Whether the person is out, and it is not settled yet."""
        return self.state in RELEASED

    @property
    def is_cancelled(self) -> bool:
        return self.state in CANCELLED


class ReleaseStep(ChoiceLabels, models.Model):
    """Who does what before, on or after the day: an action of the case with the same id, which follows the date.

    ``days``: before or after the day. ``organisation`` and ``user``: as those of a release, when it was added; whose it
    is now, the action says. ``due_at`` and ``steps_at``: of the action, as far as the date of the release sets them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    release = models.ForeignKey(PrisonRelease, models.PROTECT, related_name="steps")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    phase = models.CharField(max_length=6, choices=Phase)
    days = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    strand = models.CharField(max_length=10, choices=Strand)
    text = EncryptedTextField()
    due_at = models.DateTimeField()
    steps_at = ArrayField(models.DateTimeField())
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            moments_within("release_step", "due_at", "added_at"),
            numbers_within("release_step", days=(0, MOST_DAYS)),
            models.CheckConstraint(
                condition=Q(phase=Phase.ON, days=0) | ~Q(phase=Phase.ON) & Q(days__gte=1), name="release_step_days"
            ),
        ]
        indexes = [models.Index(fields=["release", "due_at"], name="step_of_release")]

    def __str__(self) -> str:
        return f"step {self.pk}"

    def day(self, release_date: date) -> date:
        """The day on which it is due, if the person is released on ``release_date``."""
        days = timedelta(days=self.days)
        return release_date - days if self.phase == Phase.BEFORE else release_date + days


class ExitReportQuerySet(models.QuerySet["ExitReport"]):
    def in_hand(self) -> ExitReportQuerySet:
        """Those that are not handed over yet."""
        return self.filter(state__in=IN_HAND)

    def handed_over(self) -> ExitReportQuerySet:
        return self.filter(state__in=HANDED_OVER)

    def with_names(self) -> ExitReportQuerySet:
        return self.select_related(
            "team", "centre", "written_by", "discussed_by", "approved_by", "handed_over_by", "data_key"
        )


class ExitReport(ChoiceLabels, models.Model):
    """What remains after release or exit work, in exactly six parts (PARTS_OF_REPORT). ``data_key``: the team's.

    ``written_by``: who changed it last; somebody else approves it. ``handed_over_on``: as the people said.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="exit_reports")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    state = models.CharField(max_length=11, choices=ExitReportState, default=ExitReportState.DRAFT)
    residual_risks = EncryptedTextField()
    #: For services that meet the person.
    strategies = EncryptedTextField()
    risk_of_return = EncryptedTextField()
    #: How the person looks at how it goes.
    self_assessment = EncryptedTextField()
    #: The main worrying ones, and how the person handles them.
    behaviours = EncryptedTextField()
    #: Where help is found, and how to come back.
    help = EncryptedTextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    discussed_at = models.DateTimeField(null=True)
    discussed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    handed_over_on = models.DateField(null=True)
    recipient_kind = models.CharField(max_length=7, choices=Recipient, blank=True)
    #: Name of the service or body.
    recipient = EncryptedTextField()
    version = models.PositiveIntegerField(default=1)

    objects = ExitReportQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("exit_report", "written_at", "discussed_at", "approved_at", "handed_over_at"),
            days_within("exit_report", "handed_over_on"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=IN_HAND), name="one_exit_report_in_hand"),
            models.CheckConstraint(
                condition=Q(discussed_at=None, discussed_by=None, state__in=DRAFTS)
                | Q(discussed_at__isnull=False, discussed_by__isnull=False) & ~Q(state__in=DRAFTS),
                name="exit_report_discussed",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, state__in=(*DRAFTS, *DISCUSSED))
                | Q(approved_at__isnull=False, approved_by__isnull=False, state__in=TO_PRINT)
                & ~Q(approved_by=F("written_by")),
                name="exit_report_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at=None, handed_over_by=None, handed_over_on=None, recipient_kind="")
                & ~Q(state__in=HANDED_OVER)
                | Q(handed_over_at__isnull=False, handed_over_by__isnull=False, handed_over_on__isnull=False)
                & Q(state__in=HANDED_OVER)
                & ~Q(recipient_kind=""),
                name="exit_report_handed_over",
            ),
        ]
        indexes = [models.Index(fields=["team", "-written_at", "id"], name="exit_report_of_team")]

    def __str__(self) -> str:
        return f"exit report {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state in DRAFTS

    @property
    def is_discussed(self) -> bool:
        return self.state in DISCUSSED

    @property
    def is_approved(self) -> bool:
        return self.state in APPROVED

    @property
    def is_handed_over(self) -> bool:
        return self.state in HANDED_OVER

    @property
    def is_in_hand(self) -> bool:
        return self.state in IN_HAND

    @property
    def can_be_printed(self) -> bool:
        return self.state in TO_PRINT
