"""What other apps do after a review was held; each app registers its own."""

from __future__ import annotations

from collections.abc import Callable

from foundation.accounts.models import User

from .models import Review

#: ``follow(by=, review=)``, in the same transaction.
Follow = Callable[..., None]
_follows: list[Follow] = []


def followed_by(follow: Follow) -> None:
    """Called when the apps are loaded; twice is once."""
    if follow not in _follows:
        _follows.append(follow)


def follow_review(by: User, review: Review) -> None:
    for follow in _follows:
        follow(by=by, review=review)
