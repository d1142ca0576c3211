"""Who may see, plan and hold reviews; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.teams.models import Member
from casework.teams.permissions import members_of, members_with, people_at_centre, reads_team, writes_case
from casework.teams.vocabulary import COORDINATING, Hat
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import Refused
from foundation.journal.actions import look

from .models import Review


def may_plan_reviews(user: User, case_id: uuid.UUID) -> bool:
    """Who may write the case at the centre, and the named people of a body that coordinates content or process."""
    return bool(members_with(user, case_id, COORDINATING)) or writes_case(user, case_id)


def may_hold(user: User, review: Review) -> bool:
    """Who plans reviews, and the named people of the body that holds it."""
    bodies = {member.organisation_id for member in members_of(user, review.team_id)}
    return review.organisation_id in bodies or may_plan_reviews(user, review.team_id)


def may_see(user: User, review: Review) -> bool:
    return reads_team(user, review.team_id)


def review_to_see(user: User, review_id: uuid.UUID) -> Review:
    """A review that the user may see; the access is recorded. Raises Refused."""
    found = Review.objects.with_names().filter(pk=review_id).first()
    if found is None or not may_see(user, found):
        raise Refused("review.read", review_id)
    look("review.read", by=user, subject=found.pk, centre=found.centre_id)
    return found


@dataclass(frozen=True)
class Holder:
    """Who can hold a review. ``user`` is None for the shift of the centre. ``key``: the value in a form."""

    organisation: Organisation
    user: User | None

    @property
    def key(self) -> str:
        return f"{self.organisation.pk}-{self.user.pk if self.user else ''}"

    def __str__(self) -> str:
        return f"{self.user.name} ({self.organisation.name})" if self.user else f"{self.organisation.name}"


def holders_of(case_id: uuid.UUID, centre: Organisation) -> list[Holder]:
    """The named people of the bodies in the team, then who of the centre can open it."""
    members = Member.objects.in_team().with_names().filter(team=case_id).order_by("organisation__name", "pk")
    named = [(member, person) for member in members for person in (member.person, member.deputy) if person]
    return [
        *(Holder(member.organisation, person) for member, person in named),
        *(Holder(centre, person) for person in people_at_centre(case_id, centre)),
    ]


def holders_for(user: User, case_id: uuid.UUID, centre: Organisation) -> list[Holder]:
    """Whom the user may name: who plans reviews anybody, others people of their own body."""
    found = holders_of(case_id, centre)
    if may_plan_reviews(user, case_id):
        return found
    own = {member.organisation_id for member in members_of(user, case_id)}
    return [holder for holder in found if holder.organisation.pk in own]


def usual_holder(case_id: uuid.UUID, centre: Organisation) -> Holder:
    """The named person of the body that coordinates the process; else who is responsible at the centre, or the shift.

    The database does the same for those that it plans itself (sql/add_review.sql).
    """
    members = Member.objects.in_team().with_names().filter(team=case_id).order_by("answered_at", "pk")
    for member in members:
        if Hat.PROCESS in member.hats:
            return Holder(member.organisation, member.person)
    return Holder(centre, people_at_centre(case_id, centre)[0])
