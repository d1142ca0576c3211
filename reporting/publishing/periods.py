"""Periods that may be released. Pure functions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .content import PeriodKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


class Refusal(Exception):
    """A period cannot be released; the message has the reason."""


def span(code: str) -> Span:
    """The span of 2026-03, 2026-Q1 or 2026. Raises LookupError for anything else."""
    year, _dash, _part = code.partition("-")
    if len(year) != 4 or not (year.isascii() and year.isdigit()) or not 1990 <= int(year) <= 2200:
        raise LookupError(code)
    for kind, length in LENGTHS.items():
        for month in range(1, 13, length):
            found = _span(kind, int(year), month, length)
            if found.code == code:
                return found
    raise LookupError(code)


def _span(kind: PeriodKind, year: int, month: int, length: int) -> Span:
    end = month + length - 1
    return Span(kind, date(year, month, 1), date(year, end, monthrange(year, end)[1]))


def choices(today: date, years: int = 3) -> Iterator[Span]:
    """The periods of the last ``years`` years that have ended, newest first."""
    spans = [
        _span(kind, year, month, length)
        for year in range(today.year - years, today.year + 1)
        for kind, length in LENGTHS.items()
        for month in range(1, 13, length)
    ]
    yield from sorted((one for one in spans if one.last < today), key=lambda one: (one.last, one.first), reverse=True)


def check(
    wanted: Span, today: date, earlier: Iterable[tuple[Span, Mapping[str, int]]], control: Mapping[str, int]
) -> None:
    """``earlier``: released or prepared periods with their parameters. Raises Refusal with the reason.

    Overlapping releases with other parameters are refused, because their differences would disclose numbers.
    """
    if wanted.last >= today:
        raise Refusal(_("The period is not over yet: it ends on %(day)s.") % {"day": wanted.last.isoformat()})
    for span, its_control in earlier:
        if (span.first, span.last) == (wanted.first, wanted.last):
            raise Refusal(_("There is a release of this period already; it is never changed."))
        overlaps = span.first <= wanted.last and wanted.first <= span.last
        if overlaps and its_control != control:
            raise Refusal(
                _("It overlaps %(period)s, which was released with other parameters of disclosure control.")
                % {"period": span.code}
            )
