"""The shaping: nothing is lost and nothing doubled between what was counted and what is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.contacts.initial_lists import CALLER_TYPES
from hotline.contacts.models import CallerType
from hotline.contacts.vocabulary import Channel, Kind
from reporting.figures import figures
from reporting.figures.counts import ContactCount

MONTHS = [date(2026, month, 1) for month in range(1, 13)]
TYPES = [
    CallerType(code=code, parent_id=parent or None, label_en=english) for code, parent, english, *_ in CALLER_TYPES
]
TOP = {term.code: term.parent_id or term.code for term in TYPES}
NAMES = {term.code: term.label_en for term in TYPES}

counts = st.lists(
    st.builds(
        ContactCount,
        month=st.sampled_from(MONTHS),
        caller_type=st.sampled_from(sorted(NAMES)),
        channel=st.sampled_from(Channel.values),
        kind=st.sampled_from(Kind.values),
        number=st.integers(1, 50),
    ),
    max_size=30,
)


@given(counts)
def test_every_contact_stands_once_in_the_table_of_callers(counted: list[ContactCount]) -> None:
    _chart, table = figures.by_month_and_caller(counted, TYPES, MONTHS)
    for place, month in enumerate(MONTHS):
        row = dict(zip(table.columns, table.rows[place].values, strict=True)) if table.columns else {}
        recounted: dict[str, int] = {}
        for count in counted:
            if count.month == month:
                name = NAMES[TOP[count.caller_type]]
                recounted[name] = recounted.get(name, 0) + count.number
        assert {name: value for name, value in row.items() if value} == recounted


@given(counts)
def test_the_chart_has_as_many_colours_as_there_are_and_the_same_totals(counted: list[ContactCount]) -> None:
    chart, table = figures.by_month_and_caller(counted, TYPES, MONTHS)
    assert len(chart.columns) <= figures.COLOURS
    assert [row.total for row in chart.rows] == [row.total for row in table.rows]


@given(counts)
def test_need_and_the_rest_are_counted_apart(counted: list[ContactCount]) -> None:
    need = figures.counselling(counted)
    drawn = sum(row.values[0] or 0 for row in figures.by_channel(need).rows)
    apart = sum(row.values[0] or 0 for row in figures.not_counselling(counted).rows)
    assert drawn == sum(count.number for count in counted if count.kind == Kind.COUNSELLING)
    assert drawn + apart == sum(count.number for count in counted)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (None, "–"),
        (timedelta(seconds=50), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=4, minutes=5), "4 h 5 min"),
        (timedelta(hours=25), "25 h"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=3, hours=2, minutes=50), "3 d 2 h"),
    ],
)
def test_durations_are_told_as_people_say_them(span: timedelta | None, told: str) -> None:
    assert figures.duration(span) == told
