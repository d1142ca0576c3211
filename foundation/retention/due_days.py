"""Until when a request of a person is to be answered."""

from __future__ import annotations

import calendar
from datetime import date

#: How many months there are, and how many when it was extended: GDPR art. 12(3).
MONTHS, EXTENDED_MONTHS = 1, 3


def months_after(day: date, months: int) -> date:
    """The same day of a later month, else its last: Regulation 1182/71, art. 3(2)(c)."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
