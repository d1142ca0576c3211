from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.figures.periods import PERIODS, period

BERLIN = ZoneInfo("Europe/Berlin")
CODES = [code for code, _label, _first in PERIODS]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(ZoneInfo("UTC")))  # noqa: DTZ001


@given(moments, st.sampled_from(["", *CODES]))
def test_a_period_ends_today_and_its_months_follow_each_other(now: datetime, code: str) -> None:
    found = period(code, now, BERLIN)
    months = found.months
    assert found.start <= now < found.end
    assert (months[0].year, months[0].month) == (found.first.year, found.first.month)
    assert (months[-1].year, months[-1].month) == (found.last.year, found.last.month)
    steps = [(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(months)]
    assert set(steps) <= {1}


@given(moments)
def test_period_of_twelve_months_has_twelve_months(now: datetime) -> None:
    assert len(period("12-months", now, BERLIN).months) == 12


def test_days_are_in_the_centres_time_zone() -> None:
    late = datetime(2026, 2, 28, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert period("this-year", late, BERLIN).last == date(2026, 3, 1)
    assert period("30-days", late, BERLIN).first == date(2026, 1, 31)


@pytest.mark.parametrize("code", ["12-month", "'", "all", " "])
def test_unknown_period_raises_lookup_error(code: str) -> None:
    with pytest.raises(LookupError):
        period(code, datetime(2026, 1, 1, tzinfo=BERLIN), BERLIN)
