"""Tables of case teams: the team of a case, and the bodies that are, were or may become members."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import COUNTED, moments_within, numbers_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import CURRENT, ENDED, FORMER, IN_TEAM, WAITING, MemberState
from .vocabulary import EndReason, Hat, Purpose, Visibility

#: How long the people of a body see that it was invited or in the team, and the named ones its own notes.
SEEN_AFTER_THE_END = timedelta(days=30)


class Team(models.Model):
    """What the bodies of a case share. Made with the first invitation.

    ``data_key``: encrypts what the team reads; the dossier's own key stays with the centre. ``number``: the case's, as
    members never read the case.
    """

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")
    number = models.BigIntegerField(unique=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    formed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [moments_within("team", "formed_at"), numbers_within("team", number=COUNTED)]

    def __str__(self) -> str:
        return f"team {self.pk}"

    @property
    def reference(self) -> str:
        return f"F-{self.number}"


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        return self.filter(state__in=CURRENT)

    def in_team(self) -> MemberQuerySet:
        return self.filter(state__in=IN_TEAM)

    def ended(self) -> MemberQuerySet:
        return self.filter(state__in=ENDED)

    def named_people(self) -> dict[int, int | None]:
        """The id of the named person by that of the body; for members that are in the team."""
        return dict(self.values_list("organisation_id", "person_id"))

    def with_names(self) -> MemberQuerySet:
        return self.select_related("team", "centre", "organisation", "person", "deputy", "ended_by")


class Member(ChoiceLabels, models.Model):
    """A body that works on a case beside the centre, or was invited to. What has ended stays.

    ``data_key``: the team's. ``own_key``: that of the body's own record of the case, which the centre cannot use; made
    when the body accepts. ``person`` and ``deputy``: who of the body works on the case; nobody else of it does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    own_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+", null=True)
    hats = ArrayField(models.CharField(max_length=10, choices=Hat))
    purpose = models.CharField(max_length=10, choices=Purpose)
    #: Why this body is needed, for the team.
    reason = EncryptedTextField()
    state = models.CharField(max_length=10, choices=MemberState, default=MemberState.INVITED)
    person = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    deputy = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    end_reason = models.CharField(max_length=15, choices=EndReason, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("member", "due_at", "escalated_at", "invited_at", "answered_at", "ended_at"),
            models.UniqueConstraint(
                fields=["team", "organisation"], condition=Q(state__in=CURRENT), name="one_current_member_per_body"
            ),
            models.CheckConstraint(condition=~Q(hats=[]), name="member_has_a_hat"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="", state__in=CURRENT)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED) & ~Q(end_reason=""),
                name="member_ended_at_by_and_why",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(state__in=WAITING),
                name="member_answered_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(person=None, deputy=None, own_key=None) & ~Q(state__in=[*IN_TEAM, *FORMER])
                | Q(person__isnull=False, own_key__isnull=False, answered_at__isnull=False)
                & Q(state__in=[*IN_TEAM, *FORMER])
                & (Q(deputy=None) | ~Q(deputy=F("person"))),
                name="member_named_people",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-invited_at", "id"], name="member_of_organisation")]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_in_team(self) -> bool:
        return self.state in IN_TEAM

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def has_conflict(self) -> bool:
        """Whether the body declared a conflict of interest, or the centre ended it because of one."""
        return self.end_reason == EndReason.CONFLICT

    @property
    def hat_labels(self) -> list[str]:
        return [str(hat.label) for hat in Hat if hat in self.hats]

    @property
    def seen_until(self) -> datetime | None:
        """Until when its people see that it has ended."""
        return self.ended_at + SEEN_AFTER_THE_END if self.ended_at else None


class OwnNote(models.Model):
    """A note in a body's own record of the case. The centre cannot read it; the body may share a copy.

    ``left_at``: when the body left, set by a trigger; its people then have it for 30 days, and it is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    member = models.ForeignKey(Member, models.PROTECT, related_name="own_notes")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    text = EncryptedTextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [moments_within("own_note", "written_at", "left_at")]
        indexes = [models.Index(fields=["member", "-written_at", "id"], name="own_note_of_member")]

    def __str__(self) -> str:
        return f"own note {self.pk}"


class SharedNote(ChoiceLabels, models.Model):
    """A copy of a note that a body shares, under the team's key. It stays when the body leaves.

    ``shown_to``: the members that read it, if not the whole team does; ``with_centre``: whether the centre does then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="notes")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility)
    shown_to = ArrayField(models.UUIDField(), default=list)
    with_centre = models.BooleanField(default=False)
    text = EncryptedTextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)
    shared_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            moments_within("shared_note", "written_at", "shared_at"),
            models.CheckConstraint(
                condition=Q(visibility=Visibility.TEAM, shown_to=[], with_centre=True)
                | Q(visibility=Visibility.MEMBERS) & (Q(with_centre=True) | ~Q(shown_to=[])),
                name="shared_note_with_whom",
            ),
        ]
        indexes = [models.Index(fields=["team", "-shared_at", "id"], name="shared_note_of_team")]

    def __str__(self) -> str:
        return f"shared note {self.pk}"
