"""When a caller has waited for so long that it should be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from foundation.accounts.models import Organisation

#: Our own choice: the shift's figures count answers within 30 and 60 seconds, so two minutes is long already.
WARN_AFTER = timedelta(minutes=2)
ALARM_AFTER = timedelta(minutes=5)


def midnight(centre: Organisation, now: datetime) -> datetime:
    """When the calendar day of the centre's time zone began."""
    return now.astimezone(centre.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def hung_up_today(centre: Organisation, now: datetime) -> int:
    """How many callers hung up while waiting. A number for the whole shift: whose calls they were is not told."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.hung_up_since(%s, %s)", [centre.pk, midnight(centre, now)])
        return int(cursor.fetchone()[0])
