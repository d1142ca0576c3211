"""The number beside Today in the top bar."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from foundation.accounts.models import User

from .models import WorkItemQuerySet
from .today import own, to_take


def due_today(user: User) -> WorkItemQuerySet:
    """What is the person's own or anybody's there, and overdue or due by midnight in the person's time zone."""
    return (own(user) | to_take(user)).filter(due_at__lt=_midnight())


def _midnight() -> datetime:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time()))
