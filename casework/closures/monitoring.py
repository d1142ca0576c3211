"""The year of monitoring after a closing: four reviews, and what follows from them."""

from __future__ import annotations

import uuid
from datetime import timedelta

from casework.cases.vocabulary import ReopenCause
from casework.reviews.actions import drop_reviews_about, plan_review
from casework.reviews.models import Review
from casework.reviews.permissions import usual_holder
from casework.reviews.vocabulary import Occasion, ReviewKind
from foundation.accounts.models import User

from .models import Closure, Reopening
from .permissions import is_monitored
from .reopening_actions import propose_reopening
from .states import CARRIED_OUT

REVIEWS = 4
#: The days between two of them: a quarter of a year, at the same hour and on the same day of the week.
QUARTER = timedelta(days=91)


def plan_monitoring(by: User, closure: Closure) -> None:
    """Plan the reviews of a closing that was just carried out, from the moment at which it was."""
    assert closure.ended_at is not None
    holder = usual_holder(closure.team_id, closure.centre)
    for number in range(1, REVIEWS + 1):
        plan_review(
            by=by,
            review_id=uuid.uuid5(closure.pk, f"monitoring {number}"),
            case_id=closure.team_id,
            kind=ReviewKind.MONITORING,
            due_at=closure.ended_at + number * QUARTER,
            holder=holder,
            occasion=Occasion.CLOSING,
            about=closure.pk,
        )


def follow_monitoring(*, by: User, review: Review) -> None:
    """A warning sign proposes to open the case again, if nobody has proposed it yet."""
    if review.kind != ReviewKind.MONITORING or not review.has_warning_sign or not is_monitored(review.team_id):
        return
    if not Reopening.objects.proposed().filter(team=review.team_id).exists():
        propose_reopening(
            by=by,
            reopening_id=uuid.uuid5(review.pk, "reopening"),
            case_id=review.team_id,
            cause=ReopenCause.WARNING_SIGN,
            words=review.findings,
        )


def end_monitoring(*, by: User, case_id: uuid.UUID) -> None:
    """Drop what is planned of the monitoring when the case is opened again."""
    for closure in Closure.objects.of_case(case_id).filter(state__in=CARRIED_OUT, is_monitored=True):
        drop_reviews_about(by=by, case_id=case_id, about=closure.pk)
