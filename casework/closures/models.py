"""Tables of closing a case together: the proposal, the opinions of the bodies, and proposals to open it again."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casework.assessments.models import CaseAssessment
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import (
    AGREED,
    ANSWERED,
    CURRENT,
    DECIDED,
    ENDED,
    NO_LONGER_ASKED,
    OPEN,
    PROPOSED,
    SILENT,
    TO_ANSWER,
    WAITING,
    WITHDRAWN,
    ClosureState,
    OpinionState,
    ReopeningState,
)


class ClosureQuerySet(models.QuerySet["Closure"]):
    def of_case(self, case_id: uuid.UUID) -> ClosureQuerySet:
        return self.filter(team=case_id)

    def current(self) -> ClosureQuerySet:
        """At most one of a case."""
        return self.filter(state__in=CURRENT)

    def agreed(self) -> ClosureQuerySet:
        return self.filter(state__in=AGREED)

    def with_names(self) -> ClosureQuerySet:
        return self.select_related(
            *("team", "centre", "organisation", "accountable", "proposed_by", "decided_by", "ended_by", "data_key"),
            *("earlier", "repeated"),
        )


class Closure(ChoiceLabels, models.Model):
    """A proposal to end the work on a case, of which all bodies of its team are asked.

    ``due_at``: until when they should answer. ``accountable``: the body whose people decide, or the centre, whose
    coordinators do; a trigger keeps it (ntk.accountable_body).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="closures")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    #: For which the proposer acted: a body of the team, or the centre.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    accountable = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=15, choices=CloseReason)
    #: What was reached, and what was not.
    reached = EncryptedTextField()
    earlier = models.ForeignKey(CaseAssessment, models.PROTECT, related_name="+", null=True)
    repeated = models.ForeignKey(CaseAssessment, models.PROTECT, related_name="+", null=True)
    #: Why there are not both of them.
    without_assessment = EncryptedTextField()
    #: Which general services take over.
    services = EncryptedTextField()
    #: Whether the family knows that the case can be opened again.
    family_knows = models.BooleanField()
    #: Whether a year of monitoring follows.
    is_monitored = models.BooleanField()
    state = models.CharField(max_length=15, choices=ClosureState, default=ClosureState.OPEN)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Why it is refused, or agreed to against the opinion of a body.
    decision = EncryptedTextField()
    #: When it was withdrawn or carried out.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Why it was withdrawn.
    withdrawal = EncryptedTextField()
    version = models.PositiveIntegerField(default=1)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("closure", "proposed_at", "due_at", "decided_at", "ended_at"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=CURRENT), name="one_current_closure"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, state__in=(*OPEN, *WITHDRAWN))
                | Q(decided_at__isnull=False, decided_by__isnull=False, state__in=(*DECIDED, *WITHDRAWN)),
                name="closure_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="closure_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) & ~Q(state__in=ENDED)
                | Q(ended_at__isnull=False, ended_by__isnull=False, state__in=ENDED),
                name="closure_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(earlier__isnull=False, repeated__isnull=False) & ~Q(earlier=F("repeated"))
                | Q(without_assessment__isnull=False),
                name="closure_assessments",
            ),
        ]
        indexes = [models.Index(fields=["team", "-proposed_at", "id"], name="closure_of_team")]

    def __str__(self) -> str:
        return f"closing {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_agreed(self) -> bool:
        return self.state in AGREED

    @property
    def is_current(self) -> bool:
        return self.state in CURRENT


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def waiting(self) -> OpinionQuerySet:
        return self.filter(state__in=WAITING)


class Opinion(ChoiceLabels, models.Model):
    """What a body says to a proposed closing. Triggers write who is asked (ntk.ask_opinion).

    ``user``: the named person of the body; none for the centre. ``due_at``: until when the body should answer; it is
    silent then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    closure = models.ForeignKey(Closure, models.PROTECT, related_name="opinions")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=OpinionState, default=OpinionState.WAITING)
    #: Why it is against the closing, or what it wants to add.
    reason = EncryptedTextField()
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("opinion", "asked_at", "due_at", "answered_at"),
            models.UniqueConstraint(
                fields=["closure", "organisation"],
                condition=~Q(state__in=NO_LONGER_ASKED),
                name="one_opinion_of_a_body",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, state__in=(*TO_ANSWER, *NO_LONGER_ASKED))
                | Q(answered_at__isnull=False, answered_by__isnull=False, state__in=ANSWERED),
                name="opinion_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"opinion {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_silent(self) -> bool:
        return self.state in SILENT

    @property
    def is_to_answer(self) -> bool:
        return self.state in TO_ANSWER


class ReopeningQuerySet(models.QuerySet["Reopening"]):
    def proposed(self) -> ReopeningQuerySet:
        return self.filter(state__in=PROPOSED)


class Reopening(ChoiceLabels, models.Model):
    """A proposal to open a monitored case again, which who works on it at the centre answers until ``due_at``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="reopenings")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    #: For which the proposer acted: a body of the team, or the centre.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=15, choices=ReopenCause)
    #: What was seen or said.
    words = EncryptedTextField()
    state = models.CharField(max_length=10, choices=ReopeningState, default=ReopeningState.PROPOSED)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    #: Why it is not opened again.
    answer = EncryptedTextField()
    version = models.PositiveIntegerField(default=1)

    objects = ReopeningQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("reopening", "proposed_at", "due_at", "decided_at"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=PROPOSED), name="one_proposed_reopening"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, state__in=PROPOSED)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(state__in=PROPOSED),
                name="reopening_decided_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["team", "-proposed_at", "id"], name="reopening_of_team")]

    def __str__(self) -> str:
        return f"proposal to reopen {self.pk}"

    @property
    def is_proposed(self) -> bool:
        return self.state in PROPOSED
