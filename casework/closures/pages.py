"""Data of the pages of closings for one user."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.assessments.models import CaseAssessment
from casework.cases.closing_needs import needs_of
from casework.cases.models import Case
from casework.cases.open_duties import open_duties
from casework.cases.permissions import is_open
from casework.plans.pages import PlanInBrief, PlanPage
from casework.teams.models import Member
from casework.teams.permissions import writes_case
from foundation.accounts.models import User
from triage.vocabulary import Duty

from .models import Closure, Opinion, Reopening
from .needs import agreement_of_bodies
from .permissions import (
    is_monitored,
    may_answer,
    may_decide,
    may_propose,
    may_propose_reopening,
    may_withdraw,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: Of what has ended, the fragment of a case shows so many.
SHOWN = 5


def delivered_of(case_id: uuid.UUID) -> QuerySet[CaseAssessment]:
    """The assessments that a proposal may name, the newest first."""
    found = CaseAssessment.objects.complete().filter(team=case_id).select_related("author")
    return found.order_by("-delivered_at", "pk")


def reads_case(case_id: uuid.UUID) -> bool:
    """Whether the reader reads the case itself, at the centre."""
    return Case.objects.filter(pk=case_id).exists()


def plan_of(case_id: uuid.UUID, user: User) -> PlanPage | None:
    """The plan in force, whose goals and outcomes stand beside a proposal."""
    return PlanInBrief(case_id, user).in_force


@dataclass(frozen=True)
class ClosurePage:
    """A closing as ``user`` sees it. Its parts are queried when they are shown."""

    closure: Closure
    user: User

    @cached_property
    def in_case(self) -> bool:
        return reads_case(self.closure.team_id)

    @cached_property
    def plan(self) -> PlanPage | None:
        return plan_of(self.closure.team_id, self.user)

    @cached_property
    def opinions(self) -> list[Opinion]:
        found = self.closure.opinions.select_related("organisation", "user", "answered_by", "data_key")
        return list(found.order_by("organisation__name", "asked_at", "pk"))

    @property
    def to_answer(self) -> list[Opinion]:
        """For the bodies of the reader."""
        if not self.closure.is_open:
            return []
        return [one for one in self.opinions if one.is_to_answer and may_answer(self.user, one)]

    @property
    def still_heard(self) -> list[Opinion]:
        """Those on whose answer the decision waits."""
        now = timezone.now()
        return [one for one in self.opinions if one.is_waiting and one.due_at > now]

    @cached_property
    def may_decide(self) -> bool:
        return self.closure.is_open and not self.still_heard and may_decide(self.user, self.closure)

    @cached_property
    def may_carry_out(self) -> bool:
        return self.closure.is_agreed and writes_case(self.user, self.closure.team_id)

    @cached_property
    def may_withdraw(self) -> bool:
        if self.closure.is_agreed:
            return self.may_carry_out
        return self.closure.is_open and may_withdraw(self.user, self.closure)

    @cached_property
    def _case(self) -> Case | None:
        """For who carries it out."""
        return Case.objects.filter(pk=self.closure.team_id).first() if self.may_carry_out else None

    @cached_property
    def duties_in_the_way(self) -> list[Duty]:
        """Protected duties that are open; it is not carried out before."""
        return open_duties(self._case) if self._case else []

    @cached_property
    def needed(self) -> list[StrOrPromise]:
        """What else has to be done before it is carried out."""
        if self._case is None:
            return []
        partner = [_("The partner who is responsible for the case completes the referral, or gives it back.")]
        return [*(partner if self._case.is_with_partner else []), *needs_of(self._case, (agreement_of_bodies,))]


@dataclass(frozen=True)
class ClosingInBrief:
    """What the page of the case, and that of the team, says of closing it and opening it again."""

    case_id: uuid.UUID
    user: User

    @cached_property
    def closures(self) -> list[Closure]:
        """The newest first."""
        return list(Closure.objects.of_case(self.case_id).order_by("-proposed_at", "pk")[:SHOWN])

    @cached_property
    def reopenings(self) -> list[Reopening]:
        found = Reopening.objects.filter(team=self.case_id).select_related("organisation")
        return list(found.order_by("-proposed_at", "pk")[:SHOWN])

    @cached_property
    def may_propose(self) -> bool:
        """A proposal that waits comes first."""
        if any(one.is_current for one in self.closures) or not may_propose(self.user, self.case_id):
            return False
        return is_open(self.case_id) and Member.objects.in_team().filter(team=self.case_id).exists()

    @cached_property
    def may_propose_reopening(self) -> bool:
        """Who works on it at the centre opens it again at once, on the page of the case."""
        if any(one.is_proposed for one in self.reopenings) or reads_case(self.case_id):
            return False
        return may_propose_reopening(self.user, self.case_id) and is_monitored(self.case_id)
