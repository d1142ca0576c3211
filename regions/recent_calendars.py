"""Calendars for due times: read at most once a minute by a process, so that no triage waits for four queries."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from django.db import connection

from foundation.accounts.models import Organisation

from .network import calendar_for
from .working_hours import USUAL_HOURS, WorkingCalendar, opens_again

#: Seconds. Opening hours change rarely; `forget` makes a change of this process count at once.
KEPT = 60.0
_recent: dict[tuple[str, int], tuple[float, WorkingCalendar]] = {}


def recent_calendar(organisation_id: int, now: datetime) -> WorkingCalendar:
    """The calendar of an organisation; the usual hours for one that is closed for years, so that a due time exists."""
    key = str(connection.settings_dict["NAME"]), organisation_id
    read_at, calendar = _recent.get(key, (0.0, None))
    if calendar is None or time.monotonic() - read_at > KEPT:
        calendar = calendar_for(Organisation.objects.get(pk=organisation_id))
        if not opens_again(now, calendar):
            calendar = replace(calendar, hours=USUAL_HOURS, special=())
        _recent[key] = time.monotonic(), calendar
    return calendar


def forget() -> None:
    """After a change of hours, of special days, or of the regions whose holidays count."""
    _recent.clear()
