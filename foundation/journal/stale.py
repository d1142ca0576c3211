"""The error for actions that are based on an outdated page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from .models import Event


class Stale(Exception):
    """The actor's page showed an older state. ``events``: what has happened since, newest first."""

    def __init__(self, subject: uuid.UUID, events: Sequence[Event]) -> None:
        super().__init__(f"{subject} has changed")
        self.subject = subject
        self.events = events


def stale(subject: uuid.UUID, kind: str = "") -> Stale:
    """A Stale with the latest events. ``kind``: only this kind, for objects that share an id (a call, its contact)."""
    events = Event.objects.filter(subject=subject, kind__startswith=f"{kind}." if kind else "")
    return Stale(subject, list(events.select_related("actor").newest_first()[:5]))
