"""Parses and writes opening times: "9:00-12:00, 13:00-17:00", "18:00-24:00", "22-6". Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise

from .working_hours import Span

_DASH = r"\s*[-\u2010-\u2015\u2212]\s*"
_CLOCK = r"(\d{1,2})(?:\s*[:.hH]\s*(\d{2})|\s*[hH])?(?:\s*(?:Uhr|h))?"
_SPAN = re.compile(f"{_CLOCK}{_DASH}{_CLOCK}")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
MINUTES_OF_A_DAY = 24 * 60
WEEK = 7 * MINUTES_OF_A_DAY


class Unreadable(ValueError):
    """A part of the text that is no stretch of time; `args[0]` is that part."""


class WholeDayOrNothing(Unreadable):
    """From a clock time to the same one."""


def read_spans(text: str) -> list[Span]:
    """The stretches of a line, earliest first. Raises Unreadable."""
    text = _INVISIBLE.sub("", text)
    return sorted(_span(part) for part in filter(None, (part.strip() for part in re.split("[,;]", text))))


def _span(part: str) -> Span:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise Unreadable(part)
    numbers = [int(group or 0) for group in match.groups()]
    (opens, from_midnight), (closes, to_midnight) = (_clock(part, *pair) for pair in (numbers[:2], numbers[2:]))
    if opens == closes and (from_midnight or not to_midnight):
        raise WholeDayOrNothing(part)
    return opens, closes


def _clock(part: str, hour: int, minute: int) -> tuple[time, bool]:
    """The time, and whether it was written as 24:00."""
    if (hour, minute) == (24, 0):
        return time(0), True
    try:
        return time(hour, minute), False
    except ValueError as error:
        raise Unreadable(part) from error


def write_span(span: Span, dash: str = "–") -> str:
    """As `18:00–24:00`."""
    opens, closes = span
    return f"{opens:%H:%M}{dash}{'24:00' if closes == time(0) else f'{closes:%H:%M}'}"


def write_spans(spans: Iterable[Span], dash: str = "–") -> str:
    """All stretches of a day, earliest first."""
    return ", ".join(write_span(span, dash) for span in sorted(spans))


Stretch = tuple[int, Span]


def overlap_in_week(week: Sequence[Stretch]) -> tuple[Stretch, Stretch] | None:
    """Two (weekday, span) pairs that overlap, also across midnight and from Sunday to Monday."""
    placed = sorted((_minutes(day, span), (day, span)) for day, span in week)
    if len(placed) < 2:
        return None
    first_again = ((placed[0][0][0] + WEEK, placed[0][0][1] + WEEK), placed[0][1])
    for ((_start, end), one), ((start, _end), other) in pairwise([*placed, first_again]):
        if start < end:
            return one, other
    return None


def overlap_on_days(spans: Sequence[Span], *, several_days: bool) -> tuple[Span, Span] | None:
    """Two stretches that share time, where each of the days has all of them."""
    if several_days:
        found = overlap_in_week([(day, span) for day in range(7) for span in spans])
        return (found[0][1], found[1][1]) if found else None
    minutes = [(_minutes(0, span), span) for span in sorted(spans)]
    return next((((one, other)) for ((_s, end), one), ((start, _e), other) in pairwise(minutes) if start < end), None)


def _minutes(day: int, span: Span) -> tuple[int, int]:
    opens, closes = (clock.hour * 60 + clock.minute for clock in span)
    start = day * MINUTES_OF_A_DAY + opens
    return start, start + ((closes - opens) % MINUTES_OF_A_DAY or MINUTES_OF_A_DAY)
