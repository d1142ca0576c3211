"""A form field for a time. Unchanged input keeps the exact stored value; repeated hours can be distinguished.

Parsed and shown in the active time zone, the reader's. Typed as 2026-10-25T02:30, optionally with seconds, and with an
offset (+01:00) or an abbreviation (CET) if the clocks show the time twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

SHOWN = "%Y-%m-%dT%H:%M"
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
#: Suffix of the field's name for the choice between the two hours.
OFFSET = "_offset"
_TYPED = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5})?", re.ASCII
)

#: Years for which time zones can be computed; the bounds of all fields are inside.
YEARS = range(1900, 2200)
Moment = datetime | Callable[[], datetime]


def from_now(**span: float) -> Callable[[], datetime]:
    """A bound relative to now; `span` as for timedelta."""
    return lambda: timezone.now() + timedelta(**span)


def both_moments(local: datetime, zone: tzinfo) -> list[datetime]:
    """The times at which the zone's clocks show this: none, one, or two (earlier first). `local` is naive."""
    folds = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    found = [m for m in folds if m.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(fold=0)]
    return found[:1] if len(found) == 2 and found[0].utcoffset() == found[1].utcoffset() else found


def offset_of(moment: datetime) -> str:
    """As +01:00."""
    return moment.isoformat()[-6:]


def _name_of(moment: datetime) -> str:
    """As "CEST (summer time)", because few people know the abbreviation."""
    words = gettext("summer time") if moment.dst() else gettext("standard time")
    return f"{moment.tzname()} ({words})"


class MomentInput(forms.DateTimeInput):
    """The browser's own field, and the choice between two hours, which moments.js shows when it is needed."""

    input_type = "datetime-local"
    template_name = "ui/moment.html"

    def __init__(self) -> None:
        super().__init__(format=SHOWN)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(name)
        offset = data.get(name + OFFSET)
        if not offset or not isinstance(typed, str):
            return typed
        offered = [offset_of(moment) for moment in _twice(typed)]
        return typed + offset if offset in offered else typed

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = ""
        if isinstance(value, datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            value = local.replace(tzinfo=None)
            chosen = offset_of(local) if timezone.is_aware(local) else ""
        elif isinstance(value, str) and (match := re.fullmatch(r"(.{16,}?)([+-]\d{2}:\d{2})", value)):
            value, chosen = match.groups()
        context = super().get_context(name, value, attrs)
        options = _twice(str(context["widget"]["value"] or ""))
        context["choice"] = {
            "name": name + OFFSET,
            "chosen": chosen,
            "options": [(offset_of(moment), f"{moment:%H:%M} {_name_of(moment)}") for moment in options],
            "nights": ";".join(_nights()),
        }
        return context


def _twice(typed: str) -> list[datetime]:
    """The two times if the clocks show the typed one twice, else nothing."""
    try:
        found = both_moments(datetime.fromisoformat(typed), timezone.get_current_timezone())
    except (ValueError, TypeError, OverflowError):
        return []
    return found if len(found) == 2 else []


def _nights() -> list[str]:
    """For the browser: `first|until|hour|hour` for each repeated hour near today."""
    return _nights_of(timezone.get_current_timezone_name(), timezone.localdate(), get_language() or "")


@lru_cache(maxsize=64)
def _nights_of(zone_name: str, today: date, _language: str) -> list[str]:
    zone = ZoneInfo(zone_name)
    hour = timedelta(hours=1)
    noon = datetime.combine(today, time(12), UTC)
    found = []
    for day in (noon + timedelta(days=number) for number in range(-400, 400)):
        if _shift(day, timedelta(days=1), zone) >= timedelta(0):
            continue
        before = next(
            at for at in (day + number * hour for number in range(24)) if _shift(at, hour, zone) < timedelta(0)
        )
        one, other = before.astimezone(zone), (before + hour).astimezone(zone)
        first = other.replace(tzinfo=None, minute=0)
        hours = [f"{offset_of(at)}={_name_of(at)}" for at in (one, other)]
        found.append("|".join([first.strftime(SHOWN), (first - _shift(before, hour, zone)).strftime(SHOWN), *hours]))
    return found


def _shift(at: datetime, span: timedelta, zone: tzinfo) -> timedelta:
    """By how much the zone's clocks are moved forward within the span."""
    return (at + span).astimezone(zone).replace(tzinfo=None) - at.astimezone(zone).replace(tzinfo=None) - span


class MomentField(forms.DateTimeField):
    """A time from `earliest` to `latest`. Unchanged input returns the exact `stored` value, if that is set."""

    widget = MomentInput
    default_error_messages = {
        "invalid": _("This is no date with a time. Write it like %(example)s."),
        "skipped": _("The clocks went forward then: this time does not exist. Write it like %(example)s."),
        "twice": _("The clocks show this time twice that night. Choose which one is meant: %(first)s or %(second)s."),
        "too_early": _("This lies too far back: choose a time after %(bound)s, for example %(example)s."),
        "too_late": _("This lies too far ahead: choose a time before %(bound)s, for example %(example)s."),
    }

    def __init__(self, *, earliest: Moment = FIRST, latest: Moment | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.earliest, self.latest = earliest, latest or from_now(days=366)
        self.stored: datetime | None = None

    def bounds(self) -> tuple[datetime, datetime]:
        """The first and last accepted time."""
        first, last = (bound() if callable(bound) else bound for bound in (self.earliest, self.latest))
        return first, last

    def prepare_value(self, value: Any) -> Any:
        """Unlike in Django, with the zone, because otherwise one hour in the year is ambiguous."""
        return value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        match = _TYPED.fullmatch(_in_figures(str(value).strip()))
        if match is None:
            raise self._error("invalid")
        day, clock, zone_word = match.groups()
        if self.stored is not None and self._is_stored(f"{day}T{clock}", zone_word):
            return self.stored
        try:
            return self._moment(datetime.fromisoformat(f"{day}T{clock}"), zone_word)
        except (ValueError, OverflowError) as error:
            raise self._error("invalid") from error

    def _is_stored(self, typed: str, zone_word: str | None) -> bool:
        assert self.stored is not None
        local = timezone.localtime(self.stored)
        return local.strftime(SHOWN) == typed and zone_word in (None, offset_of(local), local.tzname())

    def _moment(self, local: datetime, zone_word: str | None) -> datetime:
        if local.year not in YEARS:
            return local.replace(tzinfo=UTC)  # the bounds refuse it
        found = both_moments(local, timezone.get_current_timezone())
        if zone_word and not zone_word.isalpha():
            return datetime.fromisoformat(f"{local.isoformat()}{zone_word}")
        if zone_word == "Z":
            return local.replace(tzinfo=UTC)
        if zone_word:
            found = [moment for moment in found if moment.tzname() == zone_word]
        if len(found) == 2:
            first, second = (f"{moment:%H:%M} {_name_of(moment)}" for moment in found)
            raise self._error("twice", first=first, second=second)
        if not found:
            raise self._error("invalid" if zone_word else "skipped")
        return found[0].astimezone(UTC)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is None or value == self.stored:
            return
        earliest, latest = self.bounds()
        if value < earliest:
            raise self._error("too_early", bound=_in_words(earliest))
        if value > latest:
            raise self._error("too_late", bound=_in_words(latest))

    def _error(self, code: str, **words: str) -> forms.ValidationError:
        earliest, latest = self.bounds()
        example = min(max(timezone.now(), earliest), latest)
        words["example"] = timezone.localtime(example).strftime(f"{get_format('DATE_INPUT_FORMATS')[0]} %H:%M")
        return forms.ValidationError(self.error_messages[code] % words, code=code)


def _in_words(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _in_figures(typed: str) -> str:
    """The input with its date in ISO format, if it is in the active language's format; else unchanged."""
    day, space, rest = typed.partition(" ")
    for written in get_format("DATE_INPUT_FORMATS"):
        try:
            return f"{datetime.strptime(day, written).date().isoformat()}{space}{rest}"  # noqa: DTZ007
        except ValueError:
            continue
    return typed
