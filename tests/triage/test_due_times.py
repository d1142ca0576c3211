"""When duties are due, also where the calendar of the centre ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from regions.working_hours import SpecialDays, WorkingCalendar
from triage.due_times import due_times, steps_from
from triage.vocabulary import Duty, Urgency

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=BERLIN)
#: Open once more, then closed for good.
ENDING = WorkingCalendar(
    "Europe/Berlin",
    {weekday: ((time(9), time(15)),) for weekday in range(5)},
    special=[SpecialDays(date(2026, 11, 24), date(2040, 12, 31))],
)
DUTIES = [Duty.CLARIFY_SECURITY, Duty.EMERGENCY, Duty.CHILD_PROTECTION]


@pytest.mark.parametrize("urgency", Urgency)
def test_duties_of_a_centre_whose_last_opening_is_near_are_due_by_the_usual_hours(urgency: Urgency) -> None:
    times = due_times(DUTIES, urgency, MONDAY, ENDING)
    assert times.keys() == set(DUTIES)
    for moments in times.values():
        assert MONDAY < moments[0] < moments[1] < moments[2] < MONDAY + timedelta(days=14)


def test_later_steps_of_an_action_exist_where_the_calendar_ends() -> None:
    due, shift, coordinators = steps_from(MONDAY, ENDING)
    assert (due, shift, coordinators) == (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
