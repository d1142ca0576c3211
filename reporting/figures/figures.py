"""From counts to charts with their tables. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from hotline.contacts.vocabulary import Channel, Kind
from triage.vocabulary import Disposition

from .counts import ContactCount

#: A chart has six colours: so many caller types by name, and the rest together. The table has them all.
COLOURS = 6
Series = list[tuple[str, list[int]]]


def counselling(counts: Iterable[ContactCount]) -> list[ContactCount]:
    """The others never count in statistics of need."""
    return [count for count in counts if count.kind == Kind.COUNSELLING]


def by_month_and_caller(
    counts: Iterable[ContactCount], types: Sequence[CallerType], months: Sequence[date]
) -> tuple[StackedBars, StackedBars]:
    """The chart, and the same with every caller type for its table."""
    series = caller_series(counts, types, months)
    text = Text(_("Contacts by month and caller"), _("Counselling contacts by the month they began."), _("Month"))
    names = [date_format(month, "M y") for month in months]
    return stacked_bars(text, names, largest_first(series)), stacked_bars(text, names, series)


def caller_series(counts: Iterable[ContactCount], types: Sequence[CallerType], months: Sequence[date]) -> Series:
    """Contacts a month for every caller type of the upper level that was ever chosen, in the order of the list."""
    top = {term.code: term.parent_id or term.code for term in types}
    summed: Counter[tuple[str, date]] = Counter()
    for count in counts:
        summed[top[count.caller_type], count.month] += count.number
    used = {code for code, _month in summed}
    rows = [term for term in types if term.code in used]
    return [(str(term), [summed[term.code, month] for month in months]) for term in rows]


def largest_first(series: Series) -> Series:
    """At most as many as there are colours; the small ones together."""
    ordered = sorted(series, key=lambda row: -sum(row[1]))
    if len(ordered) <= COLOURS:
        return ordered
    named = ordered[: COLOURS - 1]
    rest = ordered[COLOURS - 1 :]
    return [
        *named,
        (_("All others"), [sum(column) for column in zip(*(values for _label, values in rest), strict=True)]),
    ]


def by_channel(counts: Iterable[ContactCount]) -> HorizontalBars:
    text = Text(_("Contacts by channel"), head=_("Channel"), column=_("Contacts"))
    return _bars(text, _summed((count.channel, count.number) for count in counts), Channel.choices)


def not_counselling(counts: Iterable[ContactCount]) -> HorizontalBars:
    """Silent calls, wrong numbers and the like, apart from the rest."""
    others = _summed((count.kind, count.number) for count in counts if count.kind != Kind.COUNSELLING)
    text = Text(_("Non-counselling contacts"), head=_("Kind"), column=_("Contacts"))
    return _bars(text, others, Kind.choices)


def by_disposition(numbers: Mapping[str, int]) -> HorizontalBars:
    text = Text(_("What followed"), head=_("Disposition"), column=_("Contacts"))
    return _bars(text, numbers, Disposition.choices)


def by_state(numbers: Mapping[str, int]) -> HorizontalBars:
    text = Text(_("Referrals by state"), head=_("State"), column=_("Referrals"))
    return _bars(text, numbers, ReferralState.choices)


def _summed(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    summed: Counter[str] = Counter()
    for code, number in pairs:
        summed[code] += number
    return summed


def _bars(text: Text, numbers: Mapping[str, int], choices: Iterable[tuple[str, Any]]) -> HorizontalBars:
    """In the order of the list, without what did not occur."""
    shown = ((capfirst(str(label)), numbers.get(code, 0)) for code, label in choices)
    return horizontal_bars(text, [(label, number) for label, number in shown if number])


@dataclass(frozen=True)
class Waiting:
    """A referral that waits: for us when the partner asked something, else for the partner."""

    referral: Referral
    for_us: bool
    since: datetime | None
    is_overdue: bool


def waiting(referrals: Iterable[Any], moment: datetime) -> list[Waiting]:
    return [
        Waiting(
            referral,
            asked := referral.state == ReferralState.QUESTION,
            referral.asked_at if asked else referral.offered_at,
            referral.due_at is not None and referral.due_at < moment,
        )
        for referral in referrals
    ]


def duration(span: timedelta | None) -> str:
    """Hours and minutes up to two days, days and hours from then on; a dash for none."""
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        hours = _("%(hours)s h") % {"hours": minutes // 60}
        return _("%(hours)s %(minutes)s min") % {"hours": hours, "minutes": minutes % 60} if minutes % 60 else hours
    return _("%(days)s d %(hours)s h") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}
