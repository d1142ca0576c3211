"""Makes charts and their tables from counts. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.ui.charts import Text, horizontal_bars, stacked_bars
from foundation.ui.shapes import HorizontalBars, StackedBars
from handoff.referrals.models import Referral
from handoff.referrals.states import ReferralState
from hotline.contacts.models import CallerType

from .case_measures import NOT_DROPPED
from .counts import Counts
from .measures import BY_CODE

#: A chart has six colours: it shows the largest caller types, and the rest together. The table has them all.
COLOURS = 6
Series = list[tuple[str, list[int]]]


def by_month_and_caller(
    counts: Counts, types: Sequence[CallerType], months: Sequence[date]
) -> tuple[StackedBars, StackedBars]:
    """The chart, and its table with every caller type."""
    series = caller_series(counts, types, months)
    definition = str(BY_CODE["caller_group"].definition)
    text = Text(_("Contacts by month and caller"), definition, _("Month"))
    names = [date_format(month, "M y") for month in months]
    return stacked_bars(text, names, largest_first(series)), stacked_bars(text, names, series)


def caller_series(counts: Counts, types: Sequence[CallerType], months: Sequence[date]) -> Series:
    """Contacts per month for every upper-level caller type that occurs, in the order of the list."""
    used = {key for measure, _month, key in counts if measure == "caller_group"}
    rows = [term for term in types if term.code in used]
    return [(str(term), [counts.get(("caller_group", month, term.code), 0) for month in months]) for term in rows]


def largest_first(series: Series) -> Series:
    """At most as many series as there are colours; the smallest ones are added up."""
    ordered = sorted(series, key=lambda row: -sum(row[1]))
    if len(ordered) <= COLOURS:
        return ordered
    named = ordered[: COLOURS - 1]
    rest = ordered[COLOURS - 1 :]
    return [
        *named,
        (_("All others"), [sum(column) for column in zip(*(values for _label, values in rest), strict=True)]),
    ]


def by_channel(counts: Counts) -> HorizontalBars:
    return _bars(Text(_("Contacts by channel"), head=_("Channel"), column=_("Contacts")), counts, "channel")


def not_counselling(counts: Counts) -> HorizontalBars:
    """Contacts that are no counselling, such as silent calls and wrong numbers."""
    return _bars(Text(_("Non-counselling contacts"), head=_("Kind"), column=_("Contacts")), counts, "other_kind")


def by_disposition(counts: Counts) -> HorizontalBars:
    return _bars(Text(_("What followed"), head=_("Disposition"), column=_("Contacts")), counts, "disposition")


def by_state(counts: Counts) -> HorizontalBars:
    definition = str(BY_CODE["referral_state"].definition)
    text = Text(_("Referrals by state"), definition, head=_("State"), column=_("Referrals"))
    return _bars(text, counts, "referral_state")


def of_work(counts: Counts) -> list[HorizontalBars]:
    """How the work on cases began, went and ended."""
    heads = (
        ("first_action", _("Time"), _("Cases")),
        ("first_meeting", _("Time"), _("Cases")),
        ("duty_end", _("What became of it"), _("Duties")),
        ("duty_drop", _("Reason"), _("Duties")),
        ("action_end", _("What became of it"), _("Actions")),
        ("review_end", _("What became of it"), _("Reviews")),
        ("goal_result", _("What became of it"), _("Goals")),
        ("close_reason", _("Reason"), _("Cases")),
        ("monitoring_end", _("What became of it"), _("Cases")),
        ("effect", _("Rating"), _("Assessments")),
    )
    shown = {cell: number for cell, number in counts.items() if (cell[0], cell[2]) != ("duty_drop", NOT_DROPPED)}
    return [_bars(Text(str(BY_CODE[code].label), _of(code), head, column), shown, code) for code, head, column in heads]


def _of(code: str) -> str:
    return str(BY_CODE[code].definition)


def total(counts: Counts, code: str) -> int:
    """The total of a measure over all months."""
    return sum(number for (measure, _month, _key), number in counts.items() if measure == code)


def _bars(text: Text, counts: Counts, code: str) -> HorizontalBars:
    """Bars in the order of the measure's keys, without zeros."""
    numbers: Counter[str] = Counter()
    for (measure, _month, key), number in counts.items():
        numbers[key] += number if measure == code else 0
    shown = ((capfirst(str(label)), numbers[key]) for key, label in BY_CODE[code].keys)
    return horizontal_bars(text, [(label, number) for label, number in shown if number])


@dataclass(frozen=True)
class WaitingReferral:
    """A referral that waits: for the centre if the partner asked something, else for the partner."""

    referral: Referral
    for_us: bool
    since: datetime | None
    is_overdue: bool


def waiting(referrals: Iterable[Any], moment: datetime) -> list[WaitingReferral]:
    return [
        WaitingReferral(
            referral,
            asked := referral.state == ReferralState.QUESTION,
            referral.asked_at if asked else referral.offered_at,
            referral.due_at is not None and referral.due_at < moment,
        )
        for referral in referrals
    ]


def duration(span: timedelta | None) -> str:
    """Hours and minutes up to two days, else days and hours; a dash for None."""
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        hours = _("%(hours)s h") % {"hours": minutes // 60}
        return _("%(hours)s %(minutes)s min") % {"hours": hours, "minutes": minutes % 60} if minutes % 60 else hours
    return _("%(days)s d %(hours)s h") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}
