from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.public_holidays import public_holidays
from regions.working_hours import (
    USUAL_HOURS,
    NeverOpen,
    WorkingCalendar,
    add_working_days,
    add_working_hours,
    is_open,
    next_opening,
)

BERLIN = ZoneInfo("Europe/Berlin")
PLAIN = WorkingCalendar("Europe/Berlin", USUAL_HOURS)
BERLIN_STATE = WorkingCalendar("Europe/Berlin", USUAL_HOURS, public_holidays("DE", "BE"))
BAVARIA = WorkingCalendar("Europe/Berlin", USUAL_HOURS, public_holidays("DE", "BY"))
WITH_BREAK = WorkingCalendar("Europe/Berlin", dict.fromkeys(range(5), ((time(9), time(12)), (time(13), time(17)))))
ALWAYS = WorkingCalendar("Europe/Berlin", dict.fromkeys(range(7), ((time(0), time(0)),)))

moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.sampled_from([PLAIN, BERLIN_STATE, BAVARIA, WITH_BREAK, ALWAYS])


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-03 09:00", 4, "2026-03-03 13:00"),  # within a day
        ("2026-03-03 13:00", 4, "2026-03-04 11:00"),  # across closing time
        ("2026-03-03 20:00", 4, "2026-03-04 13:00"),  # at night: counted from the opening
        ("2026-03-06 14:00", 4, "2026-03-09 12:00"),  # over the weekend
        ("2026-03-07 11:00", 4, "2026-03-09 13:00"),  # on a Saturday
        ("2026-03-03 09:00", 6, "2026-03-03 15:00"),  # exactly to closing time
        ("2026-03-03 09:00", 0, "2026-03-03 09:00"),
        ("2026-03-03 15:00", 0, "2026-03-04 09:00"),  # closed: the next opening
        ("2026-03-02 09:00", 30, "2026-03-06 15:00"),  # a whole week
        ("2026-03-27 12:00", 4, "2026-03-30 10:00"),  # clocks go forward on Sunday the 29th
        ("2026-10-23 12:00", 4, "2026-10-26 10:00"),  # and back on Sunday 25 October
    ],
)
def test_add_working_hours_examples(start: str, hours: float, expected: str) -> None:
    assert add_working_hours(berlin(start), hours, PLAIN) == berlin(expected)


def test_holidays_in_a_row_are_skipped() -> None:
    # 24 December 2026 is a Thursday; 25 and 26 are holidays, then a weekend
    assert add_working_hours(berlin("2026-12-24 14:00"), 4, BERLIN_STATE) == berlin("2026-12-28 12:00")
    # Easter: Good Friday to Easter Monday
    assert add_working_hours(berlin("2026-04-02 14:00"), 2, BERLIN_STATE) == berlin("2026-04-07 10:00")


def test_a_land_has_its_own_holidays() -> None:
    assert next_opening(berlin("2026-01-06 10:00"), BAVARIA) == berlin("2026-01-07 09:00")  # Epiphany
    assert next_opening(berlin("2026-01-06 10:00"), BERLIN_STATE) == berlin("2026-01-06 10:00")
    assert next_opening(berlin("2026-03-08 10:00"), BERLIN_STATE) == berlin("2026-03-09 09:00")


def test_an_unknown_subdivision_has_the_national_holidays_and_an_unknown_country_none() -> None:
    assert public_holidays("DE", "XX")(date(2026, 10, 3))
    assert not public_holidays("DE", "XX")(date(2026, 1, 6))
    assert not public_holidays("ZZ")(date(2026, 12, 25))


def test_a_break_does_not_count() -> None:
    assert add_working_hours(berlin("2026-03-03 11:00"), 2, WITH_BREAK) == berlin("2026-03-03 14:00")
    assert not is_open(berlin("2026-03-03 12:30"), WITH_BREAK)
    assert is_open(berlin("2026-03-03 13:00"), WITH_BREAK)


def test_open_and_closed() -> None:
    assert is_open(berlin("2026-03-03 09:00"), PLAIN)
    assert is_open(berlin("2026-03-03 14:59"), PLAIN)
    assert not is_open(berlin("2026-03-03 15:00"), PLAIN)
    assert not is_open(berlin("2026-03-03 08:59"), PLAIN)
    assert is_open(datetime(2026, 3, 3, 8, 30, tzinfo=UTC), PLAIN)


def test_a_calendar_that_never_opens_says_so() -> None:
    never = WorkingCalendar("Europe/Berlin", {})
    assert not is_open(berlin("2026-03-03 10:00"), never)
    with pytest.raises(NeverOpen):
        add_working_hours(berlin("2026-03-03 10:00"), 1, never)


@pytest.mark.parametrize("add", [add_working_hours, add_working_days])
def test_a_naive_or_negative_value_is_refused(add: Callable[[datetime, int, WorkingCalendar], datetime]) -> None:
    with pytest.raises(ValueError, match="aware"):
        add(datetime(2026, 3, 3), 1, PLAIN)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        add(berlin("2026-03-03 10:00"), -1, PLAIN)


def test_hours_in_the_night_of_the_change_are_hours_that_pass() -> None:
    night = WorkingCalendar("Europe/Berlin", {6: ((time(1), time(4)),)})
    # forward: the span lasts two hours, so the third falls on the next Sunday
    assert add_working_hours(berlin("2026-03-29 01:00"), 3, night) == berlin("2026-04-05 02:00")
    # back: it lasts four
    assert add_working_hours(berlin("2026-10-25 01:00"), 4, night) == berlin("2026-10-25 04:00")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-03 10:30", 2, "2026-03-05 10:30"),
        ("2026-03-05 10:30", 2, "2026-03-09 10:30"),  # over the weekend
        ("2026-03-03 18:00", 2, "2026-03-06 09:00"),  # after hours: counts from the next morning
        ("2026-03-07 10:00", 2, "2026-03-11 09:00"),  # a Saturday counts from Monday's opening
        ("2026-03-27 10:30", 1, "2026-03-30 10:30"),  # the same clock time after the clocks changed
        ("2026-03-03 10:30", 0, "2026-03-03 10:30"),
    ],
)
def test_add_working_days_examples(start: str, days: int, expected: str) -> None:
    assert add_working_days(berlin(start), days, PLAIN) == berlin(expected)


def test_days_are_moved_into_the_openings_of_the_day_they_end_on() -> None:
    uneven = WorkingCalendar(
        "Europe/Berlin",
        {0: ((time(8), time(18)),), 1: ((time(9), time(12)), (time(14), time(16))), 2: ((time(9), time(10)),)},
    )
    assert add_working_days(berlin("2026-03-02 13:00"), 1, uneven) == berlin("2026-03-03 14:00")  # in the break
    assert add_working_days(berlin("2026-03-02 17:00"), 1, uneven) == berlin("2026-03-03 16:00")  # after closing
    assert add_working_days(berlin("2026-03-02 08:30"), 2, uneven) == berlin("2026-03-04 09:00")  # before opening


def test_days_skip_holidays() -> None:
    assert add_working_days(berlin("2026-12-23 10:00"), 2, BERLIN_STATE) == berlin("2026-12-28 10:00")


@given(moments, st.floats(0, 60), calendars)
def test_a_deadline_lies_in_an_opening_or_at_its_end(start: datetime, hours: float, calendar: WorkingCalendar) -> None:
    end = add_working_hours(start, hours, calendar)
    assert end >= start
    assert is_open(end, calendar) or is_open(end - timedelta(microseconds=1), calendar)


@given(moments, st.floats(0, 20), st.floats(0, 20), calendars)
def test_more_hours_never_end_earlier(start: datetime, some: float, more: float, calendar: WorkingCalendar) -> None:
    assert add_working_hours(start, some, calendar) <= add_working_hours(start, some + more, calendar)


@given(moments, st.integers(1, 240), st.integers(1, 240), calendars)
def test_hours_add_up(start: datetime, first: int, second: int, calendar: WorkingCalendar) -> None:
    """In quarters of an hour: two stretches in a row end where one of their sum ends."""
    at_once = add_working_hours(start, (first + second) / 4, calendar)
    in_two = add_working_hours(add_working_hours(start, first / 4, calendar), second / 4, calendar)
    assert in_two == at_once


@given(moments, moments, st.floats(0, 20), calendars)
def test_who_starts_later_does_not_end_earlier(
    one: datetime, other: datetime, hours: float, calendar: WorkingCalendar
) -> None:
    first, second = sorted([one, other])
    assert add_working_hours(first, hours, calendar) <= add_working_hours(second, hours, calendar)


@given(moments, st.integers(0, 10), calendars)
def test_days_end_in_an_opening(start: datetime, days: int, calendar: WorkingCalendar) -> None:
    end = add_working_days(start, days, calendar)
    assert is_open(end, calendar) or is_open(end - timedelta(microseconds=1), calendar)
    assert end <= add_working_days(start, days + 1, calendar)
