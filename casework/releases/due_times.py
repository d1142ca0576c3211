"""When a release is due, and when coordinators see that it is not prepared or that nobody says how it went.

Pure functions. Times are aware, in the calendar's zone.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from regions.working_hours import WorkingCalendar, add_working_days, in_hours, moment

#: Prisons release in the morning.
HOUR = time(12)
#: All is prepared so long before (ADR 46: reviews before, on and after the day).
PREPARED_BEFORE = timedelta(days=14)
#: The person is looked after until then; then it is settled, or not.
SETTLED_AFTER = timedelta(days=30)
#: Working days after which coordinators see what nobody did.
LATE_DAYS = 1


def at_noon(day: date, calendar: WorkingCalendar) -> datetime:
    """When something of this day is due."""
    return moment(day, HOUR, ZoneInfo(calendar.time_zone))


def while_announced(day: date, now: datetime, calendar: WorkingCalendar) -> tuple[datetime, list[datetime]]:
    """When it is due, and when coordinators see that it is not prepared, and that nobody says how it went.

    Announced too late for the first, there is a working day to prepare it.
    """
    due = at_noon(day, calendar)
    late = _late(due, calendar)
    least = in_hours(calendar, lambda hours: [add_working_days(now, LATE_DAYS, hours)])[0]
    return due, [min(max(due - PREPARED_BEFORE, least), late), late]


def while_prepared(day: date, calendar: WorkingCalendar) -> tuple[datetime, list[datetime]]:
    """When it is due, and when coordinators see that nobody says how it went."""
    due = at_noon(day, calendar)
    return due, [_late(due, calendar)]


def while_released(day: date, calendar: WorkingCalendar) -> tuple[datetime, list[datetime]]:
    """Until when somebody says whether it is settled."""
    return while_prepared(day + SETTLED_AFTER, calendar)


def _late(due: datetime, calendar: WorkingCalendar) -> datetime:
    return in_hours(calendar, partial(_days_later, due))[0]


def _days_later(due: datetime, calendar: WorkingCalendar) -> list[datetime]:
    return [add_working_days(due, LATE_DAYS, calendar)]
