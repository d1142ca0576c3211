"""The number beside Today in the top bar: what is the person's own."""

from __future__ import annotations

from foundation.accounts.models import User

from .models import WorkItemQuerySet
from .today import own


def mine(user: User) -> WorkItemQuerySet:
    return own(user)
