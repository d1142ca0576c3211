"""Deadlines in working hours and working days. Pure functions, without database and clock.

Opening times are on the wall clock of the calendar's time zone; hours are hours that really pass, also in a night in
which the clocks change. What comes in and goes out is an aware datetime. A clock time that comes twice in such a night
means the first one, a clock time that is left out means the moment at which the clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

#: `closes` at or before `opens` means the following day: (18:00, 00:00) until midnight, (00:00, 00:00) the whole day.
Span = tuple[time, time]
Holidays = Callable[[date], bool]

#: Default hours of an organisation: weekdays 9 to 15 (docs/domain.md, the model's hours).
USUAL_HOURS: Mapping[int, Sequence[Span]] = {weekday: ((time(9), time(15)),) for weekday in range(5)}
#: Longer than all closing days that the forms accept in a row; a search that finds nothing has a wrong calendar.
LONGEST_CLOSURE = timedelta(days=7 * 366)
DAY = timedelta(days=1)


class NeverOpen(Exception):
    """The calendar has no opening within LONGEST_CLOSURE."""


def no_holidays(_day: date) -> bool:
    """For calendars without public holidays."""
    return False


@dataclass(frozen=True)
class SpecialDays:
    """Days with special hours, `first` to `last` (both included); without hours they are closed.

    With `every_year` the days come again each year from `first` on; 29 February only in leap years.
    """

    first: date
    last: date
    hours: Sequence[Span] = ()
    every_year: bool = False
    label: str = ""

    def includes(self, day: date) -> bool:
        """Whether these hours are meant for the day."""
        if not self.every_year:
            return self.first <= day <= self.last
        first, last, asked = ((d.month, d.day) for d in (self.first, self.last, day))
        if day < self.first:
            return False
        return first <= asked <= last if first <= last else asked >= first or asked <= last

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1


def special_days_on(day: date, special: Sequence[SpecialDays]) -> SpecialDays | None:
    """The entry that counts on the day: a single year's before every year's, then the shortest."""
    fitting = [entry for entry in special if entry.includes(day)]
    return min(fitting, key=lambda entry: (entry.every_year, entry.length), default=None)


@dataclass(frozen=True)
class Opening:
    """A stretch of opening time; `day` is the one on which it begins, also when clipped to a part after midnight."""

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class WorkingCalendar:
    """When an organisation can be expected to answer. `hours` by weekday, 0 for Monday.

    A stretch across midnight belongs to the day on which it begins: the holiday after it does not cut it off.
    Special days count instead of the week's hours, also on a public holiday.
    """

    time_zone: str
    hours: Mapping[int, Sequence[Span]]
    is_holiday: Holidays = no_holidays
    special: Sequence[SpecialDays] = ()

    def hours_on(self, day: date) -> Sequence[Span]:
        """The stretches that begin on the day."""
        entry = special_days_on(day, self.special)
        if entry is not None:
            return entry.hours
        return () if self.is_holiday(day) else self.hours.get(day.weekday(), ())

    def openings(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The openings that begin on a day, earliest first."""
        zone = ZoneInfo(self.time_zone)
        spans = []
        for opens, closes in self.hours_on(day):
            start, end = moment(day, opens, zone), moment(day + DAY if closes <= opens else day, closes, zone)
            if _instant(start) < _instant(end):
                spans.append((start, end))
        yield from sorted(spans, key=lambda span: (_instant(span[0]), _instant(span[1])))

    def openings_from(self, at: datetime) -> Iterator[Opening]:
        """The openings that end after `at`, without end and without overlap.

        Raises NeverOpen where there is none for too long.
        """
        day = at.astimezone(ZoneInfo(self.time_zone)).date() - DAY
        last = day
        reached = _instant(at)
        begun: datetime | None = None
        while day - last < LONGEST_CLOSURE:
            for start, end in self.openings(day):
                if _instant(end) > reached:
                    last = day
                    reached = _instant(end)
                    yield Opening(day, start if begun is None else max(start, begun, key=_instant), end)
                    begun = end
            day += DAY
        raise NeverOpen(self.time_zone)


def in_hours(calendar: WorkingCalendar, calculated: Callable[[WorkingCalendar], T]) -> T:
    """What is calculated with the calendar, or with the usual hours if it has no opening for too long."""
    try:
        return calculated(calendar)
    except NeverOpen:
        return calculated(replace(calendar, hours=USUAL_HOURS, special=()))


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment at which the zone's clocks show this; where they skip it, the moment at which they change."""
    wanted = datetime.combine(day, clock.replace(fold=0), zone)
    if is_shown(wanted):
        return wanted
    before, after = _instant(wanted.replace(fold=1)), _instant(wanted)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0).astimezone(zone)


def is_shown(local: datetime) -> bool:
    """Whether the clocks ever show this time, that is, whether they do not skip it."""
    return _instant(local).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _instant(at: datetime) -> datetime:
    """In UTC, because datetimes of the same zone compare by local time, which repeats once a year."""
    return at.astimezone(UTC)


def is_open(at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether `at` lies in an opening; the closing moment itself does not."""
    today = at.astimezone(ZoneInfo(calendar.time_zone)).date()
    return any(
        _instant(opens) <= _instant(at) < _instant(closes)
        for day in (today - DAY, today)
        for opens, closes in calendar.openings(day)
    )


def next_opening(at: datetime, calendar: WorkingCalendar) -> datetime:
    """`at` itself when it is open then, else the start of the next opening. Raises NeverOpen."""
    return _begin(at, next(calendar.openings_from(at)))


def _begin(at: datetime, opening: Opening) -> datetime:
    return max(_instant(opening.opens), _instant(at)).astimezone(opening.opens.tzinfo)


def opens_again(at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether there is an opening at `at` or within LONGEST_CLOSURE after it."""
    try:
        next_opening(at, calendar)
    except NeverOpen:
        return False
    return True


def add_working_hours(start: datetime, hours: float, calendar: WorkingCalendar) -> datetime:
    """The moment at which `hours` of opening time have passed since `start`.

    Raises ValueError for naive or negative input, NeverOpen.
    """
    if start.tzinfo is None or hours < 0:
        raise ValueError("an aware start and at least 0 hours")
    left = timedelta(hours=hours)
    for opening in calendar.openings_from(start):
        begin = _instant(_begin(start, opening))
        available = _instant(opening.closes) - begin
        if left <= available:
            return (begin + left).astimezone(opening.opens.tzinfo)
        left -= available
    raise AssertionError("openings_from goes on or raises")


def add_working_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The same clock time `days` working days later, moved into that day's openings.

    A start out of hours counts from the next opening. A clock time in a break waits for the break's end, one after
    closing becomes the closing time. After midnight, the working day is the one on which the stretch began.
    Raises ValueError for naive or negative input, NeverOpen.
    """
    if start.tzinfo is None or days < 0:
        raise ValueError("an aware start and at least 0 days")
    first = next(calendar.openings_from(start))
    begin = _begin(start, first)
    if days == 0:
        return begin
    openings = _openings_of_working_day(start, days, calendar)
    day = openings[0].day + (begin.date() - first.day)
    wanted = moment(day, begin.time(), ZoneInfo(calendar.time_zone))
    for opening in openings:
        if _instant(wanted) <= _instant(opening.closes):
            return max(opening.opens, wanted, key=_instant)
    return openings[-1].closes


def _openings_of_working_day(start: datetime, days: int, calendar: WorkingCalendar) -> list[Opening]:
    """The openings of the `days`th working day after the one that is running or comes next at `start`."""
    found: list[Opening] = []
    seen: date | None = None
    left = days + 1
    for opening in calendar.openings_from(start):
        if opening.day != seen:
            if left == 0:
                return found
            seen = opening.day
            left = left - 1
        if left == 0:
            found.append(opening)
    raise AssertionError("openings_from goes on or raises")
