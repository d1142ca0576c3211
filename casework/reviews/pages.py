"""Data of the pages of reviews for one user."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from casework.cases.models import Case
from casework.plans.models import Plan
from casework.teams.models import Member
from casework.teams.permissions import members_of, works_in_team
from foundation.accounts.models import Organisation, User
from foundation.privacy.unshown import read_or

from .forms import AcceptForm, DropForm, HoldForm, MoveForm
from .models import Review
from .permissions import Holder, holders_for, may_hold, may_plan_reviews, usual_holder
from .vocabulary import Adjustment

#: As many past reviews are shown in the pages of the case and the team.
SHOWN = 5


@dataclass(frozen=True)
class ReviewsInBrief:
    """The reviews of a case: what is open as it is due, then the last ones."""

    case_id: uuid.UUID
    user: User

    @cached_property
    def _all(self) -> list[Review]:
        return list(Review.objects.with_names().of_case(self.case_id).order_by("-due_at", "pk"))

    @property
    def open(self) -> list[Review]:
        return sorted((one for one in self._all if one.is_open), key=lambda one: (one.due_at, one.pk))

    @property
    def past(self) -> list[Review]:
        return [one for one in self._all if not one.is_open][:SHOWN]

    @property
    def earlier(self) -> list[Review]:
        return [one for one in self._all if not one.is_open][SHOWN:]

    @cached_property
    def may_plan(self) -> bool:
        return may_plan_reviews(self.user, self.case_id)


@dataclass(frozen=True)
class ReviewPage:
    """One review as ``user`` sees it."""

    review: Review
    user: User

    @cached_property
    def reads_case(self) -> bool:
        return Case.objects.filter(pk=self.review.team_id).exists()

    @cached_property
    def works_in_team(self) -> bool:
        return works_in_team(self.user, self.review.team_id)

    @cached_property
    def plan(self) -> Plan | None:
        """The plan in force."""
        return Plan.objects.of_case(self.review.team_id).in_force().first()

    @cached_property
    def may_plan(self) -> bool:
        return may_plan_reviews(self.user, self.review.team_id)

    @cached_property
    def may_hold(self) -> bool:
        return self.review.is_to_hold and may_hold(self.user, self.review)

    @property
    def may_accept(self) -> bool:
        return self.review.is_proposed and self.may_plan

    @property
    def may_drop(self) -> bool:
        return self.review.is_open and self.may_plan

    @cached_property
    def bodies(self) -> list[Organisation]:
        """The centre and the bodies in the team."""
        in_team = Member.objects.in_team().filter(team=self.review.team_id).values_list("organisation", flat=True)
        return list(Organisation.objects.filter(pk__in=[self.review.centre_id, *in_team]).order_by("name", "pk"))

    @cached_property
    def took_part(self) -> str:
        names = Organisation.objects.filter(pk__in=self.review.took_part).order_by("name", "pk")
        return ", ".join(names.values_list("name", flat=True))

    @property
    def texts(self) -> dict[str, str]:
        """By name; empty where they cannot be decrypted."""
        names = ("topic", "findings", "side_effects", "events_outside", "changes", "reason")
        return {name: read_or(self.review, partial(getattr, self.review, name), "") for name in names}

    @property
    def leads_to_plan(self) -> bool:
        return self.review.is_held and self.review.adjustment == Adjustment.PLAN and self.plan is not None

    @cached_property
    def _holders(self) -> Sequence[Holder]:
        return holders_for(self.user, self.review.team_id, self.review.centre)

    def _usual(self) -> Holder | None:
        now = Holder(self.review.organisation, self.review.user)
        return now if now in self._holders else usual_holder(self.review.team_id, self.review.centre)

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        seen: dict[str, Any] = {"version": self.review.version}
        found: dict[str, Any] = {}
        if self.may_accept:
            found["accept_form"] = self.form(AcceptForm, initial=seen)
        if self.may_hold:
            found["move_form"] = self.form(MoveForm, initial=seen)
        if self.may_drop:
            found["drop_form"] = DropForm(initial=seen)
        return found

    def form(self, kind: type[AcceptForm] | type[MoveForm], *args: Any, **kwargs: Any) -> Any:
        return kind(*args, holders=self._holders, usual=self._usual(), **kwargs)

    def hold_form(self, *args: Any, **kwargs: Any) -> HoldForm:
        """Without what follows, if one of the kind is planned already; those of monitoring come with the closing."""
        others = Review.objects.to_hold().of_case(self.review.team_id).filter(kind=self.review.kind)
        mine = [member.organisation_id for member in members_of(self.user, self.review.team_id)]
        initial = {"version": self.review.version, "took_part": [str(key) for key in mine or [self.review.centre_id]]}
        return HoldForm(
            *args,
            review=self.review,
            holders=self._holders,
            usual=self._usual(),
            bodies=self.bodies,
            has_next=self.review.is_monitoring or others.exclude(pk=self.review.pk).exists(),
            initial=initial,
            **kwargs,
        )
