"""Who may see who looked at a record. policies.py says the same in SQL."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role


def centres_with_looks(user: User) -> set[int]:
    """The centres of whose records the user may see the looks: as their coordinator or data protection officer."""
    return organisations_as(user, Role.COORDINATOR, Role.DPO)


def may_read_looks(user: User, centre_id: int) -> bool:
    return centre_id in centres_with_looks(user)
