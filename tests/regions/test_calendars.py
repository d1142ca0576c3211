"""Calendars compared with a slow reference that checks local time second by second or minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.administrative_tree import nodes
from regions.public_holidays import holiday_name, holidays_of_region, in_every, public_holidays
from regions.working_hours import (
    SpecialDays,
    WorkingCalendar,
    add_working_days,
    add_working_hours,
    is_open,
    moment,
    next_opening,
)

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
TREE = {node.code: node.parent for country in ("DE", "FR", "BE", "CH") for node in nodes(country)}
ZONES = ["Europe/Berlin", "Europe/Paris", "Indian/Reunion", "America/Cayenne", "Australia/Lord_Howe", "Africa/Cairo"]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def calendar(*days: int, opens: str, closes: str, special: tuple[SpecialDays, ...] = ()) -> WorkingCalendar:
    span = (time.fromisoformat(opens), time.fromisoformat(closes))
    return WorkingCalendar("Europe/Berlin", dict.fromkeys(days, (span,)), special=special)


EVENING = calendar(*range(5), opens="18:00", closes="00:00")
NIGHT = calendar(*range(7), opens="22:00", closes="06:00")
FRIDAY_NIGHT = calendar(4, opens="22:00", closes="06:00")
ALWAYS = calendar(*range(7), opens="00:00", closes="00:00")
SHIFTS = calendar(*range(7), opens="08:00", closes="08:00")


# --- until and across midnight --------------------------------------------------------------------------------------


def test_open_until_midnight_to_the_last_microsecond() -> None:
    midnight = berlin("2026-12-02 00:00")
    assert is_open(midnight - timedelta(microseconds=1), EVENING)
    assert not is_open(midnight, EVENING)
    assert add_working_hours(berlin("2026-12-01 23:59:59"), 1 / 3600, EVENING) == midnight
    assert add_working_hours(berlin("2026-12-01 23:59:59"), 2 / 3600, EVENING) == berlin("2026-12-02 18:00:01")
    assert add_working_hours(berlin("2026-12-01 18:00"), 6, EVENING) == midnight


def test_the_evening_before_counts_today() -> None:
    saturday = berlin("2026-12-05 03:00")
    assert is_open(saturday, FRIDAY_NIGHT)
    assert not is_open(berlin("2026-12-04 03:00"), FRIDAY_NIGHT)
    assert next_opening(saturday, FRIDAY_NIGHT) == saturday
    assert add_working_hours(saturday, 4, FRIDAY_NIGHT) == berlin("2026-12-11 23:00")
    assert add_working_hours(berlin("2026-12-04 23:30"), 4, FRIDAY_NIGHT) == berlin("2026-12-05 03:30")


def test_round_the_clock_has_no_gap() -> None:
    for always in (ALWAYS, SHIFTS):
        start = berlin("2026-12-04 12:34:56.789")
        assert add_working_hours(start, 100, always) == start + timedelta(hours=100)
        assert is_open(berlin("2026-12-04 23:59:59.999999"), always)
        assert add_working_days(start, 3, always) == berlin("2026-12-07 12:34:56.789")


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-28 22:00", 7, "2026-03-29 06:00"),  # the shorter night of spring
        ("2026-03-28 22:00", 5, "2026-03-29 04:00"),
        ("2026-10-24 22:00", 9, "2026-10-25 06:00"),  # the longer one of autumn
        ("2026-10-24 22:00", 8, "2026-10-25 05:00"),
        ("2026-10-24 22:00", 10, "2026-10-25 23:00"),
    ],
)
def test_the_nights_in_which_the_clocks_change(start: str, hours: float, expected: str) -> None:
    assert add_working_hours(berlin(start), hours, NIGHT) == berlin(expected)


def test_after_midnight_the_working_day_is_the_one_that_began_the_stretch() -> None:
    assert add_working_days(berlin("2026-12-05 01:00"), 1, FRIDAY_NIGHT) == berlin("2026-12-12 01:00")
    assert add_working_days(berlin("2026-12-02 01:00"), 2, NIGHT) == berlin("2026-12-04 01:00")
    assert add_working_days(berlin("2026-12-02 23:00"), 2, NIGHT) == berlin("2026-12-04 23:00")


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("02:30", "2026-03-29T03:00:00+02:00"),
        ("02:00", "2026-03-29T03:00:00+02:00"),
        ("01:59:59", "2026-03-29T01:59:59+01:00"),
        ("03:00", "2026-03-29T03:00:00+02:00"),
    ],
)
def test_a_time_that_the_clocks_skip_is_the_moment_of_the_change(clock: str, expected: str) -> None:
    shown = moment(date(2026, 3, 29), time.fromisoformat(clock), ZoneInfo("Europe/Berlin"))
    assert shown.isoformat() == expected


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    assert moment(date(2026, 10, 25), time(2, 30), ZoneInfo("Europe/Berlin")).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_day_that_begins_an_hour_late() -> None:
    """In Cairo the clocks go from 24:00 to 1:00."""
    cairo = WorkingCalendar("Africa/Cairo", dict.fromkeys(range(7), ((time(0), time(0)),)))
    start = datetime(2026, 4, 23, 12, tzinfo=ZoneInfo("Africa/Cairo"))
    assert add_working_hours(start, 24, cairo).astimezone(UTC) == start.astimezone(UTC) + timedelta(hours=24)


# --- a slow reference -----------------------------------------------------------------------------------------------

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
spans = st.tuples(clocks, clocks).filter(lambda span: span[0] != span[1] or span[0] == time(0))
weeks = st.dictionaries(st.integers(0, 6), st.lists(spans, min_size=1, max_size=2), min_size=1)
first_days = st.dates(date(2026, 10, 20), date(2026, 10, 30)) | st.dates(date(2027, 3, 22), date(2027, 3, 31))
exceptions = st.builds(
    lambda first, length, hours, every_year: SpecialDays(first, first + length * DAY, tuple(hours), every_year),
    first_days,
    st.integers(0, 3),
    st.lists(spans, max_size=2),
    st.booleans(),
)


def shown_open(at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether the local time is between opening and closing of a span of this day or the previous one."""
    local = at.astimezone(ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    for day in (local.date() - DAY, local.date()):
        for opens, closes in calendar.hours_on(day):
            end = datetime.combine(day if closes > opens else day + DAY, closes)
            if datetime.combine(day, opens) <= local < end:
                return True
    return False


def ambiguous(at: datetime, zone: str) -> bool:
    """In the hours around a change of clocks, in which the wall says too little."""
    tz = ZoneInfo(zone)
    return (at - 2 * timedelta(hours=1)).astimezone(tz).utcoffset() != (at + timedelta(hours=2)).astimezone(
        tz
    ).utcoffset()


@settings(max_examples=150, deadline=None)
@given(first_days, st.integers(0, 1439), weeks, st.lists(exceptions, max_size=3), st.sampled_from(ZONES))
def test_open_as_the_wall_clock_says(
    day: date, minute: int, week: dict[int, list[tuple[time, time]]], special: list[SpecialDays], zone: str
) -> None:
    calendar = WorkingCalendar(zone, week, lambda day: day.day == 26, special)
    at = datetime.combine(day, time(0), UTC) + minute * MINUTE
    if not ambiguous(at, zone):
        assert is_open(at, calendar) == shown_open(at, calendar)


@settings(max_examples=60, deadline=None)
@given(first_days, st.integers(0, 1439), weeks, st.lists(exceptions, max_size=2), st.integers(0, 40))
def test_hours_are_the_minutes_in_which_it_is_open(
    day: date, minute: int, week: dict[int, list[tuple[time, time]]], special: list[SpecialDays], quarters: int
) -> None:
    calendar = WorkingCalendar("Europe/Berlin", week, lambda day: day.day == 26, special)
    start = datetime.combine(day, time(0), UTC) + minute * MINUTE
    end = add_working_hours(start, quarters / 4, calendar)
    passed = (end.astimezone(UTC) - start) // MINUTE
    assert sum(is_open(start + number * MINUTE, calendar) for number in range(passed)) == quarters * 15


@settings(max_examples=100, deadline=None)
@given(
    first_days,
    st.integers(0, 86399),
    weeks,
    st.lists(exceptions, max_size=2),
    st.integers(0, 6),
    st.sampled_from(ZONES),
)
def test_days_and_hours_end_in_an_opening_and_never_go_back(
    day: date, second: int, week: dict[int, list[tuple[time, time]]], special: list[SpecialDays], days: int, zone: str
) -> None:
    calendar = WorkingCalendar(zone, week, special=special)
    start = datetime.combine(day, time(0), UTC) + second * SECOND
    ends = [add_working_days(start, number, calendar).astimezone(UTC) for number in range(days + 1)]
    assert all(one <= other for one, other in pairwise([start, *ends]))
    assert all(is_open(end, calendar) or is_open(end - timedelta(microseconds=1), calendar) for end in ends)
    openings = calendar.openings_from(start)
    for one, other in pairwise(next(openings) for _number in range(12)):
        assert one.opens < one.closes
        assert one.closes.astimezone(UTC) <= other.opens.astimezone(UTC)


# --- special days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "every_year", "included", "not_included"),
    [
        ("2026-08-08", "2026-08-08", True, ["2026-08-08", "2030-08-08"], ["2025-08-08", "2026-08-09"]),
        ("2026-12-24", "2027-01-02", True, ["2026-12-31", "2029-01-01", "2029-12-24"], ["2026-01-01", "2028-01-03"]),
        ("2028-02-29", "2028-02-29", True, ["2028-02-29", "2032-02-29"], ["2029-02-28", "2029-03-01"]),
        ("2026-12-24", "2026-12-24", False, ["2026-12-24"], ["2027-12-24", "2026-12-23", "2026-12-25"]),
    ],
)
def test_days_of_one_year_and_of_every_year(
    first: str, last: str, every_year: bool, included: list[str], not_included: list[str]
) -> None:
    days = SpecialDays(date.fromisoformat(first), date.fromisoformat(last), every_year=every_year)
    assert all(days.includes(date.fromisoformat(day)) for day in included)
    assert not any(days.includes(date.fromisoformat(day)) for day in not_included)


def test_a_closure_of_years_in_a_row_ends() -> None:
    closed = tuple(SpecialDays(date(2027 + year, 1, 1), date(2027 + year, 12, 31)) for year in range(5))
    usual = calendar(*range(5), opens="09:00", closes="15:00", special=closed)
    assert next_opening(berlin("2027-03-01 10:00"), usual) == berlin("2032-01-01 09:00")


# --- public holidays ------------------------------------------------------------------------------------------------


def holidays_of(*regions: str) -> set[date]:
    holiday = in_every([holidays_of_region(region, TREE) for region in regions])
    days = [date(2026, 1, 1) + number * DAY for number in range(365)]
    return {day for day in days if holiday(day)}


CORPUS_CHRISTI, EPIPHANY, REFORMATION = date(2026, 6, 4), date(2026, 1, 6), date(2026, 10, 31)
GOOD_FRIDAY, UNITY, BASTILLE, ASSUMPTION = date(2026, 4, 3), date(2026, 10, 3), date(2026, 7, 14), date(2026, 8, 15)


@pytest.mark.parametrize(
    ("regions", "free", "working"),
    [
        (["DE-BY", "DE-BW"], {CORPUS_CHRISTI, EPIPHANY, UNITY}, {ASSUMPTION, REFORMATION}),
        (["DE-BY", "DE-BE"], {UNITY}, {CORPUS_CHRISTI, EPIPHANY}),
        (["DE-NI", "DE-HB", "DE-HH", "DE-SH"], {REFORMATION}, {CORPUS_CHRISTI}),
        (["DE-BY", "DE"], {UNITY}, {CORPUS_CHRISTI, EPIPHANY}),  # the whole country, and a part of it
        (sorted(code for code in TREE if code.startswith("DE-")), {UNITY}, {CORPUS_CHRISTI, EPIPHANY, REFORMATION}),
        (["FR-67", "FR-68"], {GOOD_FRIDAY, BASTILLE}, set()),
        (["FR-67", "FR-57"], {GOOD_FRIDAY}, {UNITY}),
        (["FR-6AE", "FR-67"], {GOOD_FRIDAY}, set()),  # nested
        (["FR-GES"], {BASTILLE}, {GOOD_FRIDAY}),  # Alsace and Moselle are parts of it, the rest is not
        (["FR-69M"], {BASTILLE}, {GOOD_FRIDAY}),
        (["FR-67", "DE-BW"], {GOOD_FRIDAY}, {BASTILLE, UNITY}),  # both sides of the Rhine
        (["FR-974", "FR-69"], {BASTILLE}, {date(2026, 12, 20)}),
        (["FR-974"], {date(2026, 12, 20)}, set()),
        (["BE-VLG", "BE-WAL"], {date(2026, 7, 21)}, {GOOD_FRIDAY}),
        (["BE-VAN"], {date(2026, 7, 21)}, set()),
        (["CH"], {date(2026, 8, 1)}, {date(2026, 1, 2)}),
        (["CH-ZH", "CH-BE"], {GOOD_FRIDAY}, {date(2026, 1, 2)}),
        (["ZZ"], set(), {UNITY}),
    ],
)
def test_a_day_that_is_a_holiday_wherever_somebody_works(
    regions: list[str], free: set[date], working: set[date]
) -> None:
    found = holidays_of(*regions)
    assert free <= found
    assert not working & found


@given(st.lists(st.sampled_from(sorted(TREE)), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_more_regions_never_mean_more_holidays(regions: list[str]) -> None:
    assert holidays_of(*regions) == set.intersection(*(holidays_of(region) for region in regions))


def test_a_city_may_have_its_own() -> None:
    """The package knows Augsburg; its peace feast is no reason to close for those who work in all of Bavaria."""
    peace = date(2026, 8, 8)
    assert public_holidays("DE", "Augsburg")(peace)
    assert not public_holidays("DE", "BY")(peace)


def test_names_of_holidays() -> None:
    assert holiday_name(CORPUS_CHRISTI, ["DE-BY"], TREE) == "Corpus Christi"
    assert holiday_name(date(2026, 7, 8), ["DE-BY"], TREE) == ""
    assert holiday_name(UNITY, ["ZZ"], {}) == ""
