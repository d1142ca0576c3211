"""Deadlines in working hours and working days. Values in, values out: no database, no clock.

Opening times are on the wall clock of the calendar's time zone; hours are hours that really pass, also in a night in
which the clocks change. What comes in and goes out is an aware datetime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

Span = tuple[time, time]
Holidays = Callable[[date], bool]

#: What holds for an organisation that has not said otherwise: weekdays 9 to 15 (DOMAIN.md, the model's hours).
USUAL_HOURS: Mapping[int, Sequence[Span]] = {weekday: ((time(9), time(15)),) for weekday in range(5)}
#: No calendar of ours is closed for longer; a search that finds nothing has a wrong calendar.
LONGEST_CLOSURE = timedelta(days=400)


class NeverOpen(Exception):
    """The calendar has no opening within LONGEST_CLOSURE."""


def no_holidays(_day: date) -> bool:
    """For calendars without public holidays."""
    return False


def public_holidays(country: str, *subdivisions: str) -> Holidays:
    """Public holidays by package `holidays`, of the first subdivision that it knows, else the national ones.

    A country that the package does not know has none.
    """
    for subdivision in (*subdivisions, None):
        if _is_known(country, subdivision):
            return lambda day: day in _holidays_of(country, subdivision, day.year)
    return no_holidays


@cache
def _is_known(country: str, subdivision: str | None) -> bool:
    try:
        _package(country, subdivision)
    except NotImplementedError:
        return False
    return True


@cache
def _holidays_of(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(_package(country, subdivision, year))


def _package(country: str, subdivision: str | None, year: int | None = None) -> Any:
    # Loaded with the first question: 18 MB and a tenth of a second, which processes that never ask are spared.
    import holidays

    return holidays.country_holidays(country, subdiv=subdivision, years=year)


@dataclass(frozen=True)
class WorkingCalendar:
    """When somebody can be expected to answer. `hours` by weekday, 0 for Monday; spans lie within a day."""

    time_zone: str
    hours: Mapping[int, Sequence[Span]]
    is_holiday: Holidays = no_holidays

    def openings(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The openings of a day, earliest first."""
        if self.is_holiday(day):
            return
        zone = ZoneInfo(self.time_zone)
        for opens, closes in sorted(self.hours.get(day.weekday(), ())):
            start, end = datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)
            if start.astimezone(UTC) < end.astimezone(UTC):
                yield start, end

    def openings_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The openings that end after `at`, without end; raises NeverOpen where there is none for too long."""
        day = at.astimezone(ZoneInfo(self.time_zone)).date()
        last = day
        while day - last < LONGEST_CLOSURE:
            for start, end in self.openings(day):
                if end.astimezone(UTC) > at.astimezone(UTC):
                    last = day
                    yield start, end
            day += timedelta(days=1)
        raise NeverOpen(self.time_zone)


def is_open(at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether `at` lies in an opening; the closing minute itself does not."""
    try:
        opens, _closes = next(calendar.openings_from(at))
    except NeverOpen:
        return False
    return opens.astimezone(UTC) <= at.astimezone(UTC)


def next_opening(at: datetime, calendar: WorkingCalendar) -> datetime:
    """`at` itself when it is open then, else the start of the next opening."""
    opens, _closes = next(calendar.openings_from(at))
    return max(opens.astimezone(UTC), at.astimezone(UTC)).astimezone(opens.tzinfo)


def add_working_hours(start: datetime, hours: float, calendar: WorkingCalendar) -> datetime:
    """The moment at which `hours` of opening time have passed since `start`. ValueError for naive or negative input."""
    if start.tzinfo is None or hours < 0:
        raise ValueError("an aware start and at least 0 hours")
    left = timedelta(hours=hours)
    for opens, closes in calendar.openings_from(start):
        begin = max(opens.astimezone(UTC), start.astimezone(UTC))
        available = closes.astimezone(UTC) - begin
        if left <= available:
            return (begin + left).astimezone(opens.tzinfo)
        left -= available
    raise AssertionError("openings_from goes on or raises")


def add_working_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The same clock time `days` working days later, moved into that day's openings.

    A start out of hours counts from the next opening. A clock time in a break waits for the break's end, one after
    closing becomes the closing time. Raises ValueError for naive or negative input.
    """
    if start.tzinfo is None or days < 0:
        raise ValueError("an aware start and at least 0 days")
    begin = next_opening(start, calendar)
    if days == 0:
        return begin
    day = _working_day_after(begin, days, calendar)
    wanted = datetime.combine(day, begin.time(), begin.tzinfo)
    openings = list(calendar.openings(day))
    for opens, closes in openings:
        if wanted <= closes:
            return max(opens, wanted)
    return openings[-1][1]


def _working_day_after(begin: datetime, days: int, calendar: WorkingCalendar) -> date:
    """The date of the `days`th working day after that of `begin`."""
    seen = begin.date()
    for opens, _closes in calendar.openings_from(begin):
        if opens.date() != seen:
            seen, days = opens.date(), days - 1
        if days == 0:
            return seen
    raise AssertionError("openings_from goes on or raises")
