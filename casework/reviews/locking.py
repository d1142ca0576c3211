"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission

from .models import Review


def lock_review(review_id: uuid.UUID) -> None:
    """Lock a review before a step of the worklist."""
    Review.objects.select_for_update(no_key=True).filter(pk=review_id).first()


def lock_reviews(case_id: uuid.UUID) -> None:
    """Lock all of a case, so that whoever holds or moves one has planned the next one already, or comes too late."""
    list(Review.objects.of_case(case_id).order_by("pk").select_for_update(no_key=True))


def lock_to_change(by: User, review_id: uuid.UUID, may: Callable[[User, Review], bool]) -> Review:
    """The review, locked. Raises NotAllowed."""
    review = Review.objects.select_for_update(no_key=True).filter(pk=review_id).first()
    if review is None or not may(by, review):
        raise NotAllowed(Permission.TEAM_WORK)
    return review
