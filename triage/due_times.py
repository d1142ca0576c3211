"""When each duty of a triage is due, and when it reaches others while nobody does it. Pure functions.

docs/domain.md, step 3; urgent: within the working day. Times are aware, in the calendar's zone; an emergency does not
wait for opening hours. Where the calendar's last opening is too near, the usual hours are used, so that there always is
a due time.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from regions.working_hours import WorkingCalendar, add_working_days, add_working_hours, in_hours

from .vocabulary import PROTECTED_DUTIES, Duty, Urgency

#: Minutes after the triage: due, with the shift, with the coordinators.
EMERGENCY_MINUTES = (15, 20, 30)
#: An urgent duty is due when the working day ends, but not sooner than after this many working hours.
AT_LEAST_HOURS = 1
#: Working hours after an urgent duty was due: with the shift, with the coordinators.
URGENT_HOURS = (1, 2)
#: Working days until a duty is due that is not urgent.
PROTECTED_DAYS, OTHER_DAYS = 2, 5
#: Working days after it was due: with the shift, with the coordinators.
LATER_DAYS = (1, 2)
#: Not tasks: the first is done by opening the case, which has a mark of its own; the second holds as long as the case.
NOT_TASKS = frozenset({Duty.INDIVIDUAL_CASE, Duty.KEEP_CONFIDENTIAL})


def due_times(
    duties: Collection[Duty], urgency: Urgency, start: datetime, calendar: WorkingCalendar
) -> dict[Duty, list[datetime]]:
    """For each duty that is a task: when it is due, when the shift gets it, when the coordinators do."""
    tasks = [duty for duty in Duty if duty in duties and duty not in NOT_TASKS]
    return {duty: in_hours(calendar, partial(_times, duty, urgency, start)) for duty in tasks}


def _times(duty: Duty, urgency: Urgency, start: datetime, calendar: WorkingCalendar) -> list[datetime]:
    if duty == Duty.EMERGENCY:
        return [start + timedelta(minutes=minutes) for minutes in EMERGENCY_MINUTES]
    if urgency == Urgency.URGENT:
        due = _end_of_working_day(start, calendar)
        return [due, *(add_working_hours(due, hours, calendar) for hours in URGENT_HOURS)]
    days = PROTECTED_DAYS if duty in PROTECTED_DUTIES else OTHER_DAYS
    return _later_steps(add_working_days(start, days, calendar), calendar)


def steps_from(due: datetime, calendar: WorkingCalendar) -> list[datetime]:
    """The moments of what is not urgent: due, with the shift, with the coordinators."""
    return in_hours(calendar, partial(_later_steps, due))


def _later_steps(due: datetime, calendar: WorkingCalendar) -> list[datetime]:
    return [due, *(add_working_days(due, days, calendar) for days in LATER_DAYS)]


def _end_of_working_day(start: datetime, calendar: WorkingCalendar) -> datetime:
    """Of the day that is running, else of the next one."""
    least = add_working_hours(start, AT_LEAST_HOURS, calendar)
    openings = calendar.openings_from(start)
    first = next(openings)
    closes = first.closes
    for opening in openings:
        if opening.day != first.day:
            break
        closes = opening.closes
    return max(least, closes)
