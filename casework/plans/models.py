"""Tables of plans: the versions of a case's plan with goals, factors and planned actions, and who agreed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.cases.models import Strand
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import moments_within, numbers_within
from foundation.privacy.fields import EncryptedTextField
from foundation.privacy.models import DataKey
from foundation.ui.labels import ChoiceLabels

from .states import (
    ANSWERED,
    ASKED,
    CURRENT,
    DISCARDED,
    DRAFTS,
    IN_FORCE,
    NEXT,
    PROPOSED,
    REPLACED,
    AgreementState,
    PlanState,
)
from .vocabulary import Change, FactorKind, Outcome

#: What a version says in words of its own, beside its goals, factors and actions; a copy takes it over.
TEXTS_OF_PLAN = ("aim", "own_aims", "strengths", "motivation", "agreed_to")


class PlanQuerySet(models.QuerySet["Plan"]):
    def of_case(self, case_id: uuid.UUID) -> PlanQuerySet:
        return self.filter(team=case_id)

    def in_force(self) -> PlanQuerySet:
        return self.filter(state__in=IN_FORCE)

    def next(self) -> PlanQuerySet:
        """Those that are written or proposed."""
        return self.filter(state__in=NEXT)

    def due_times(self) -> dict[uuid.UUID, datetime]:
        """When each of their actions is due, by ``action_id``."""
        return dict(PlannedAction.objects.filter(plan__in=self).values_list("action_id", "due_at"))


class Plan(ChoiceLabels, models.Model):
    """One version of the plan of a case. Its content changes while it is a draft.

    ``due_at``: of a proposal, until when the bodies should answer; of a draft that came back, until when somebody
    should look at the objection.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="plans")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    #: The body whose people wrote or proposed it last.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    #: What the whole team wants to reach.
    aim = EncryptedTextField()
    #: Why there is a new version.
    cause = EncryptedTextField()
    #: The person's view: what they want, can do, are moved by (as it was observed), and have agreed to.
    own_aims = EncryptedTextField()
    strengths = EncryptedTextField()
    motivation = EncryptedTextField()
    agreed_to = EncryptedTextField()
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    #: When it was replaced or discarded.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("plan", "written_at", "proposed_at", "due_at", "agreed_at", "ended_at"),
            numbers_within("plan", number=(1, 1000)),
            models.UniqueConstraint(fields=["team", "number"], name="plan_number"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=NEXT), name="one_next_plan"),
            models.UniqueConstraint(fields=["team"], condition=Q(state__in=IN_FORCE), name="one_plan_in_force"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, state__in=CURRENT)
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(state__in=CURRENT),
                name="plan_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(*DRAFTS, *DISCARDED), agreed_at=None)
                | Q(state__in=PROPOSED, proposed_at__isnull=False, agreed_at=None)
                | Q(state__in=(*IN_FORCE, *REPLACED), proposed_at__isnull=False, agreed_at__isnull=False),
                name="plan_proposed_and_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state in DRAFTS

    @property
    def is_proposed(self) -> bool:
        return self.state in PROPOSED

    @property
    def is_in_force(self) -> bool:
        return self.state in IN_FORCE

    @property
    def was_returned(self) -> bool:
        """Whether it was proposed, and became a draft again."""
        return self.is_draft and self.proposed_at is not None


class Content(models.Model):
    """A row of a plan. It changes and is removed while the plan is a draft."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Goal(Content):
    """What is to be reached: specific, with a measure, a baseline and a target, until a date, and why it matters."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals")
    text = EncryptedTextField()
    why = EncryptedTextField()
    measure = EncryptedTextField()
    baseline = EncryptedTextField()
    target = EncryptedTextField()
    #: For the person, in plain words; printed for them.
    plain = EncryptedTextField()
    due_on = models.DateField(null=True)
    #: The same in all versions.
    goal_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "goal_id"], name="goal_once")]
        indexes = [models.Index(fields=["plan", "position"], name="goal_of_plan")]

    def __str__(self) -> str:
        return f"goal {self.pk}"


class GoalOutcome(ChoiceLabels, models.Model):
    """What became of a goal, as somebody noted it; the last one counts. ``goal_id``: of the goal in all versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, models.PROTECT, related_name="goal_outcomes")
    goal_id = models.UUIDField()
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    #: What shows it.
    evidence = EncryptedTextField()
    noted_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [moments_within("goal_outcome", "noted_at")]
        indexes = [
            models.Index(fields=["team", "goal_id", "-noted_at"], name="goal_outcome_of_goal"),
            models.Index(fields=["noted_at"], name="goal_outcome_by_time"),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"


class Factor(ChoiceLabels, Content):
    """What drives, draws or protects the person. ``approach``: how to approach the person then."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=12, choices=FactorKind)
    text = EncryptedTextField()
    approach = EncryptedTextField()

    class Meta:
        indexes = [models.Index(fields=["plan", "position"], name="factor_of_plan")]

    def __str__(self) -> str:
        return f"factor {self.pk}"


class PlannedAction(ChoiceLabels, Content):
    """What a body is to do. When the plan comes into force it becomes an action of the case.

    ``action_id``: of that action. A later version keeps it, as long as it says the same; moved, the action moves.
    ``user``: whose it is, for the centre; a body's is its named person's. ``steps_at``: as those of an action.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="planned_actions")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="planned_actions", null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    strand = models.CharField(max_length=10, choices=Strand)
    text = EncryptedTextField()
    #: For the person, in plain words; printed for them.
    plain = EncryptedTextField()
    starts_on = models.DateField(null=True)
    due_at = models.DateTimeField()
    steps_at = ArrayField(models.DateTimeField())
    action_id = models.UUIDField()

    class Meta:
        constraints = [
            moments_within("planned_action", "due_at"),
            models.UniqueConstraint(fields=["plan", "action_id"], name="planned_action_once"),
        ]
        indexes = [
            models.Index(fields=["plan", "position"], name="planned_action_of_plan"),
            models.Index(fields=["action_id"], name="planned_action_action"),
        ]

    def __str__(self) -> str:
        return f"planned action {self.pk}"

    def change_since(self, due_times: Mapping[uuid.UUID, datetime]) -> Change | None:
        """What its body has to agree to. ``due_times``: of the version in force."""
        if self.action_id not in due_times:
            return Change.NEW
        return None if due_times[self.action_id] == self.due_at else Change.MOVED


class Agreement(ChoiceLabels, models.Model):
    """The answer of a body with something new to do in a proposed plan. Proposed again, there is a new row.

    ``team``: the plan's, as the body keeps its answer when the plan is a draft again, which it does not see.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="agreements")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    #: Who is asked: the named person of the body; for the centre who is responsible, or nobody: the shift.
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=AgreementState, default=AgreementState.WAITING)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    #: Why the body objects.
    reason = EncryptedTextField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            moments_within("agreement", "asked_at", "due_at", "escalated_at", "answered_at"),
            models.UniqueConstraint(fields=["plan", "organisation", "asked_at"], name="agreement_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None) & ~Q(state__in=ANSWERED)
                | Q(answered_at__isnull=False, answered_by__isnull=False, state__in=ANSWERED),
                name="agreement_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in ASKED
