"""Tables of releases from prison, and of who does what before, on and after the day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.cases.models import Strand
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import days_within, moments_within, numbers_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import AHEAD, ANNOUNCED, CANCELLED, CURRENT, ENDED, PREPARED, RELEASED, SETTLED, PrisonReleaseState
from .vocabulary import Phase

#: Before or after the day of a release.
MOST_DAYS = 366
#: What a release says in words of its own.
TEXTS_OF_RELEASE = ("establishment", "treatment_now", "treatment_after", "conditions")


class PrisonReleaseQuerySet(models.QuerySet["PrisonRelease"]):
    def current(self) -> PrisonReleaseQuerySet:
        return self.filter(state__in=CURRENT)

    def with_names(self) -> PrisonReleaseQuerySet:
        return self.select_related("team", "centre", "organisation", "user", "announced_by", "ended_by", "data_key")


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
    version = models.PositiveIntegerField(default=1)

    objects = PrisonReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within(
                "prison_release", "due_at", "escalated_at", "announced_at", "prepared_at", "released_at", "ended_at"
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
