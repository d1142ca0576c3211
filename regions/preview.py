"""What an organisation's hours, closing days and public holidays come to, day by day and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation
from foundation.ui.dates import weekday

from .hours_text import write_spans
from .network import calendar_for, regions_worked_in
from .public_holidays import holiday_name
from .working_hours import NeverOpen, WorkingCalendar, is_open, next_opening, special_days_on

#: Days that the page shows.
SHOWN = 14


@dataclass(frozen=True)
class Day:
    """A day with its hours in words (empty: closed) and why they differ from the week's."""

    day: date
    hours: str
    why: str


def coming_days(organisation: Organisation, now: datetime) -> list[Day]:
    """Today, in the organisation's time zone, and the days after it."""
    calendar = calendar_for(organisation)
    regions, parents = regions_worked_in(organisation)
    first = now.astimezone(organisation.zone).date()
    days = [first + timedelta(days=number) for number in range(SHOWN)]

    def why(day: date) -> str:
        entry = special_days_on(day, calendar.special)
        if entry:
            return entry.label
        return (holiday_name(day, regions, parents) or _("public holiday")) if calendar.is_holiday(day) else ""

    return [Day(day, write_spans(calendar.hours_on(day)), why(day)) for day in days]


def state_now(organisation: Organisation, now: datetime) -> str:
    """Whether it is open, and until when; else when it opens."""
    calendar = calendar_for(organisation)
    if not is_open(now, calendar):
        try:
            opens = next_opening(now, calendar)
        except NeverOpen:
            return _("Closed now, and never open in the coming years: please look at the hours and closing days.")
        return _("Closed now; opens %(when)s.") % {"when": _in_words(opens)}
    until = _open_until(now, calendar)
    return _("Open now until %(when)s.") % {"when": _in_words(until)} if until else _("Open now, round the clock.")


def _open_until(now: datetime, calendar: WorkingCalendar) -> datetime | None:
    """The end of the running stretch and of all that follow without a gap; None where that takes over a week."""
    until: datetime | None = None
    try:
        for opening in calendar.openings_from(now):
            if until is not None and opening.opens > until:
                return until
            until = opening.closes
            if until - now > timedelta(days=8):
                return None
    except NeverOpen:
        return until
    raise AssertionError("openings_from goes on or raises")


def _in_words(local: datetime) -> str:
    return f"{weekday(local)}, {date_format(local, 'SHORT_DATETIME_FORMAT')}"
