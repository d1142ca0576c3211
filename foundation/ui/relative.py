"""The distance of a time from now in words: minutes and hours if near, else days of the reader's calendar.

timers.js implements the same rule in the browser.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR = 60, 3600  # seconds
#: Hours are used up to this distance, even for another date: at 22:00, 3:00 is "in 5 hours" and not "tomorrow".
NEAR = 12 * HOUR


def distance(moment: datetime, now: datetime) -> tuple[int, str]:
    """(number, "second", "minute", "hour" or "day"), negative for the past; both aware.

    Days are counted on the calendar of the active time zone.
    """
    seconds = round((moment - now).total_seconds())
    days = (timezone.localtime(moment).date() - timezone.localtime(now).date()).days
    if abs(seconds) < MINUTE:
        return 0, "second"
    if abs(seconds) < HOUR:
        return int(seconds / MINUTE), "minute"
    if days == 0 or abs(seconds) < NEAR:
        return int(seconds / HOUR), "hour"
    return days, "day"


def in_words(moment: datetime, now: datetime) -> str:
    """As "in 5 minutes", "tomorrow", "3 days ago"."""
    number, unit = distance(moment, now)
    if unit == "second":
        return _("now")
    if unit == "day" and (named := _named_day(number)):
        return named
    count = abs(number)
    if unit == "minute":
        future = ngettext("in %(count)s minute", "in %(count)s minutes", count)
        past = ngettext("%(count)s minute ago", "%(count)s minutes ago", count)
    elif unit == "hour":
        future = ngettext("in %(count)s hour", "in %(count)s hours", count)
        past = ngettext("%(count)s hour ago", "%(count)s hours ago", count)
    else:
        future = ngettext("in %(count)s day", "in %(count)s days", count)
        past = ngettext("%(count)s day ago", "%(count)s days ago", count)
    return (past if number < 0 else future) % {"count": count}


def _named_day(days: int) -> str:
    named = {
        -2: _("2 days ago"),
        -1: _("yesterday"),
        1: _("tomorrow"),
        2: _("in 2 days"),
    }
    return named.get(days, "")
