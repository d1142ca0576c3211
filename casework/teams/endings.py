"""What other apps end when a body leaves a team, or the case is closed; each app registers its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from foundation.accounts.models import User

#: ``end(by=, case_id=, organisation_id=)``: of the organisation whose people leave; None when the case is closed. It
#: runs in the same transaction, while the people are still in the team.
End = Callable[..., None]
_ends: list[End] = []


def ended_with(end: End) -> None:
    """Called when the apps are loaded; twice is once."""
    if end not in _ends:
        _ends.append(end)


def end_what_belongs(by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    for end in _ends:
        end(by=by, case_id=case_id, organisation_id=organisation_id)
