"""Thresholds of waiting times that are highlighted, and callers who hung up today."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from foundation.accounts.models import Organisation

#: Our own choice: the figures count answers within 30 and 60 seconds, so two minutes are long.
WARN_AFTER = timedelta(minutes=2)
ALARM_AFTER = timedelta(minutes=5)


def midnight(centre: Organisation, now: datetime) -> datetime:
    """The start of the calendar day in the centre's time zone."""
    return now.astimezone(centre.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def hung_up_today(centre: Organisation, now: datetime) -> int:
    """Number of callers who hung up while waiting, for the whole shift; does not show which calls."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.hung_up_since(%s, %s)", [centre.pk, midnight(centre, now)])
        return int(cursor.fetchone()[0])
