"""Plans the reviews of a release: before, on and after the day. With the date a trigger moves them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from casework.reviews.actions import plan_review
from casework.reviews.permissions import usual_holder
from casework.reviews.vocabulary import Occasion, ReviewKind
from foundation.accounts.models import User
from regions.recent_calendars import recent_calendar

from .due_times import PREPARED_BEFORE, SETTLED_AFTER, at_noon
from .models import PrisonRelease

#: Before or after the day.
AT = (-PREPARED_BEFORE, timedelta(0), SETTLED_AFTER)


def plan_reviews(by: User, release: PrisonRelease) -> None:
    """Those that are not over already."""
    now = timezone.now()
    calendar = recent_calendar(release.centre_id, now)
    holder = usual_holder(release.team_id, release.centre)
    for number, distance in enumerate(AT, start=1):
        due_at = at_noon(release.release_date + distance, calendar)
        if due_at > now:
            plan_review(
                by=by,
                review_id=uuid.uuid5(release.pk, f"review {number}"),
                case_id=release.team_id,
                kind=ReviewKind.RELEASE,
                due_at=due_at,
                holder=holder,
                occasion=Occasion.RELEASE,
                about=release.pk,
            )
