"""E-mails that say that something waits or has changed, and nothing more: ordered with the change, sent by a task."""

from __future__ import annotations

from collections.abc import Iterable

from .models import StaffNotice, User
from .vocabulary import NoticeKind

#: The task that sends them. Also given to the event, so that it is woken at once.
SEND = "accounts.tasks.send_links"


def order(people: Iterable[User], kind: NoticeKind, *, email: str = "") -> None:
    """Part of an action. ``email``: the address that the person had. What waits unsent already is not ordered twice."""
    rows = [StaffNotice(user=one, kind=kind, email=email) for one in people]
    StaffNotice.objects.bulk_create(rows, ignore_conflicts=True)
