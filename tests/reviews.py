"""Reviews for tests, made with the real actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from people import People, as_user, new_id
from plans import begun, proposed, with_goal

from casework.cases.models import Case
from casework.plans.models import Plan
from casework.reviews import actions
from casework.reviews.actions import Answers, Following
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.reviews.vocabulary import Adjustment, OnTrack, ReviewKind
from foundation.accounts.models import User
from foundation.privacy.context import acting_as

ANSWERS = Answers(
    on_track=OnTrack.PARTLY,
    findings="He goes to school three days a week.",
    side_effects="The brother feels left out.",
    events_outside="An attack abroad is all over the news.",
    adjustment=Adjustment.PLAN,
    changes="Somebody for the brother.",
)


def planned_review(by: User, case: Case, holder: Holder, **values: Any) -> Review:
    given = {"review_id": new_id(), "kind": ReviewKind.PLAN, "due_at": in_days(7), "topic": "the brother", **values}
    made: Review = as_user(by, actions.plan_review, by=by, case_id=case.pk, holder=holder, **given)
    return stored(made, by)


def held(by: User, review: Review, following: Following | None = None, **values: Any) -> Review:
    now = stored(review, by)
    given = {"answers": ANSWERS, "reason": "" if following else "It is the last one.", **values}
    as_user(by, actions.hold_review, by=by, review_id=review.pk, version=now.version, following=following, **given)
    return stored(review, by)


def moved(by: User, review: Review, following: Following) -> Review:
    now = stored(review, by)
    given = {"review_id": review.pk, "version": now.version, "reason": "The school has holidays."}
    as_user(by, actions.move_review, by=by, following=following, **given)
    return stored(review, by)


def following(holder: Holder, due_at: datetime | None = None) -> Following:
    return Following(review_id=new_id(), due_at=due_at or in_days(30), holder=holder)


def of_centre(people: People, user: User | None = None) -> Holder:
    """By default the handler, who is responsible for the case."""
    return Holder(people.centre, user or people.handler)


def plan_in_force(people: People, case: Case) -> Plan:
    """Of the centre alone."""
    plan = begun(people.handler, case)
    with_goal(people.handler, plan)
    return proposed(people.handler, plan)


def reviews_of(case: Case, reader: User) -> list[Review]:
    with acting_as(reader, purpose="test"):
        return list(Review.objects.with_names().of_case(case.pk).order_by("made_at", "pk"))


def stored(review: Review, reader: User) -> Review:
    with acting_as(reader, purpose="test"):
        return Review.objects.with_names().get(pk=review.pk)


def in_days(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)
