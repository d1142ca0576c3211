from __future__ import annotations

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.hours_text import Unreadable, overlap_in_week, overlap_on_days, read_spans, write_spans
from regions.working_hours import Span

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
spans = st.tuples(clocks, clocks).filter(lambda span: span[0] != span[1] or span[0] == time(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , ;", []),
        ("9-12", [(9, 0, 12, 0)]),
        ("9:00-12:00; 13.00–17.30", [(9, 0, 12, 0), (13, 0, 17, 30)]),
        ("13:00-17:00,9:00-12:00", [(9, 0, 12, 0), (13, 0, 17, 0)]),
        ("18:00-24:00", [(18, 0, 0, 0)]),
        ("18-0", [(18, 0, 0, 0)]),
        ("0-24", [(0, 0, 0, 0)]),
        ("22–6", [(22, 0, 6, 0)]),
        ("22:00 — 06:00", [(22, 0, 6, 0)]),
        ("9h-12h30", [(9, 0, 12, 30)]),
        ("9 Uhr - 12:30 Uhr", [(9, 0, 12, 30)]),
        ("9:00\u2212\u200e12:00", [(9, 0, 12, 0)]),
        ("٩:٠٠-١٢:٠٠", [(9, 0, 12, 0)]),
        ("24:00-6:00", [(0, 0, 6, 0)]),
    ],
)
def test_times_as_people_write_them(text: str, expected: list[tuple[int, int, int, int]]) -> None:
    assert read_spans(text) == [(time(a, b), time(c, d)) for a, b, c, d in expected]


@pytest.mark.parametrize(
    "text", ["9", "9-", "-9", "9-12-15", "25-26", "9:60-10", "9:5-10", "24:01-25", "9-9", "x", "24-24", "0-0"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Unreadable):
        read_spans(text)


@given(st.lists(spans, max_size=4))
def test_what_is_written_is_read_again(day: list[Span]) -> None:
    assert read_spans(write_spans(day)) == sorted(day)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unreadable):
        day = read_spans(text)
        assert read_spans(write_spans(day)) == day


def minutes(day: int, span: Span) -> set[int]:
    """Of the week, one by one."""
    opens, closes = (clock.hour * 60 + clock.minute for clock in span)
    length = closes - opens if closes > opens else closes + 1440 - opens
    return {(day * 1440 + opens + minute) % (7 * 1440) for minute in range(length)}


@given(st.lists(st.tuples(st.integers(0, 6), spans), max_size=6))
def test_overlaps_are_found_as_minute_by_minute(week: list[tuple[int, Span]]) -> None:
    taken = [minutes(day, span) for day, span in week]
    assert (overlap_in_week(week) is not None) == (sum(map(len, taken)) > len(set().union(*taken)))


@given(st.lists(spans, max_size=4))
def test_overlaps_on_one_day(day: list[Span]) -> None:
    alone = [(0, span) for span in day]
    taken = [minutes(*placed) for placed in alone]
    assert (overlap_on_days(day, several_days=False) is not None) == (sum(map(len, taken)) > len(set().union(*taken)))
