"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind


class Step(StrEnum):
    """What happens when a review is due, and when nobody has held it a working day later."""

    REMIND = "remind"
    ESCALATE = "escalate"


WORK = [
    WorkKind(
        "review",
        _("Review"),
        "calendar-check",
        "reviews:review",
        tuple(Step),
        "casework.reviews.locking.lock_review",
        "casework.reviews.actions.run_step",
    ),
    WorkKind("review_proposed", _("Decide whether a review is needed"), "calendar-plus", "reviews:review"),
]
