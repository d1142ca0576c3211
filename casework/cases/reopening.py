"""What other apps do when a case is opened again; each app registers its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from foundation.accounts.models import User

#: ``follow(by=, case_id=)``, in the same transaction, when the case is open.
Follow = Callable[..., None]
_follows: list[Follow] = []


def when_reopened(follow: Follow) -> None:
    """Called when the apps are loaded; twice is once."""
    if follow not in _follows:
        _follows.append(follow)


def follow_reopening(by: User, case_id: uuid.UUID) -> None:
    for follow in _follows:
        follow(by=by, case_id=case_id)
