"""Charts and tables contain every counted number exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.contacts.initial_lists import CALLER_TYPES
from hotline.contacts.models import CallerType
from hotline.contacts.vocabulary import Channel, Kind
from reporting.figures import figures

MONTHS = [date(2026, month, 1) for month in range(1, 13)]
TYPES = [
    CallerType(code=code, parent_id=parent or None, label_en=english) for code, parent, english, *_ in CALLER_TYPES
]
TOP = {term.code: term.parent_id or term.code for term in TYPES}
NAMES = {term.code: term.label_en for term in TYPES}

contacts = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.sampled_from(sorted(NAMES)), st.sampled_from(Channel.values), st.sampled_from(Kind)
    ),
    max_size=60,
)


def counts_of(found: list[tuple[date, str, str, Kind]]) -> Counter[tuple[str, date, str]]:
    """Counts as the database returns them."""
    counted: Counter[tuple[str, date, str]] = Counter()
    for month, caller_type, channel, kind in found:
        if kind == Kind.COUNSELLING:
            counted.update([("caller_group", month, TOP[caller_type]), ("channel", month, channel)])
        else:
            counted["other_kind", month, kind.value] += 1
    return counted


@given(contacts)
def test_every_contact_is_once_in_the_table_of_callers(found: list[tuple[date, str, str, Kind]]) -> None:
    _chart, table = figures.by_month_and_caller(counts_of(found), TYPES, MONTHS)
    for place, month in enumerate(MONTHS):
        row = dict(zip(table.columns, table.rows[place].values, strict=True)) if table.columns else {}
        recounted = Counter(
            NAMES[TOP[caller_type]] for when, caller_type, _c, kind in found if (when, kind) == (month, "counselling")
        )
        assert {name: value for name, value in row.items() if value} == recounted


@given(contacts)
def test_the_chart_has_as_many_colours_as_there_are_and_the_same_totals(
    found: list[tuple[date, str, str, Kind]],
) -> None:
    chart, table = figures.by_month_and_caller(counts_of(found), TYPES, MONTHS)
    assert len(chart.columns) <= figures.COLOURS
    assert [row.total for row in chart.rows] == [row.total for row in table.rows]


@given(contacts)
def test_counselling_and_other_contacts_are_counted_separately(found: list[tuple[date, str, str, Kind]]) -> None:
    counted = counts_of(found)
    drawn = sum(row.values[0] or 0 for row in figures.by_channel(counted).rows)
    apart = sum(row.values[0] or 0 for row in figures.not_counselling(counted).rows)
    assert drawn == figures.total(counted, "caller_group") == sum(kind == Kind.COUNSELLING for *_, kind in found)
    assert drawn + apart == len(found)


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
def test_durations_are_formatted_in_days_hours_and_minutes(span: timedelta | None, told: str) -> None:
    assert figures.duration(span) == told
