"""The periods of live figures. Pure functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

DAYS = 30


def _a_year_of_months(today: date) -> date:
    """The first day of the month eleven months ago: twelve months including the current one."""
    month = today.month % 12 + 1
    return date(today.year if month == 1 else today.year - 1, month, 1)


#: Code, label, and a function from today to the first day of the period, which ends now. The first is the default.
PERIODS: tuple[tuple[str, StrPromise, Callable[[date], date]], ...] = (
    ("12-months", _("Last 12 months"), _a_year_of_months),
    ("this-year", _("This year"), lambda today: date(today.year, 1, 1)),
    ("30-days", _("Last 30 days"), lambda today: today - timedelta(days=DAYS - 1)),
)


@dataclass(frozen=True)
class Period:
    """From the start of ``first`` to the end of ``last``, which is today, in the centre's time zone."""

    code: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The exclusive end of the period."""
        following = self.last + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.zone)

    @property
    def months(self) -> list[date]:
        """The first day of every month that overlaps the period."""
        months = [self.first.replace(day=1)]
        while (following := _next_month(months[-1])) <= self.last:
            months.append(following)
        return months


def period(code: str, now: datetime, zone: ZoneInfo) -> Period:
    """The period with this code; the default without a code. Raises LookupError for any other."""
    today = now.astimezone(zone).date()
    for known, _label, first in PERIODS:
        if code in ("", known):
            return Period(known, first(today), today, zone)
    raise LookupError(code)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
