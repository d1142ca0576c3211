"""Form fields for dates with bounds; error messages have an example."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

#: Bounds of all dates (the database has the same).
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)

Day = date | Callable[[], date]


def today() -> date:
    """In the reader's time zone."""
    return timezone.localdate()


def days_from_today(days: int) -> Callable[[], date]:
    """A bound relative to today."""
    return lambda: today() + timedelta(days=days)


def day_in_words(day: date) -> str:
    """In the active language, as `1 Jan 1990`."""
    return formats.date_format(day, "SHORT_DATE_FORMAT")


def weekday(local: datetime) -> str:
    """The weekday as written within a sentence of the active language: French uses lower case."""
    name = formats.date_format(local, "l")
    return name.lower() if (get_language() or "").startswith("fr") else name


def typed(day: date) -> str:
    """The date in the input format of the active language."""
    return day.strftime(formats.get_format("DATE_INPUT_FORMATS")[0])


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day from `earliest` to `latest` (both included; callables are asked with each value), or the `stored` one."""

    default_error_messages = {
        "invalid": _("This is no date. Write it like %(example)s."),
        "out_of_bounds": _("Choose a day from %(earliest)s to %(latest)s, for example %(example)s."),
    }

    def __init__(self, *, earliest: Day = FIRST_DAY, latest: Day = LAST_DAY, **options: Any) -> None:
        options.setdefault("widget", DayInput)
        super().__init__(**options)
        self.earliest, self.latest = earliest, latest
        self.stored: date | None = None

    def bounds(self) -> tuple[date, date]:
        """The first and last accepted day."""
        first, last = (bound() if callable(bound) else bound for bound in (self.earliest, self.latest))
        return first, last

    def example(self) -> date:
        """Today, or the nearest accepted day."""
        earliest, latest = self.bounds()
        return min(max(today(), earliest), latest)

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except (forms.ValidationError, OverflowError, TypeError) as error:
            message = self.error_messages["invalid"] % {"example": typed(self.example())}
            raise forms.ValidationError(message, code="invalid") from error

    def validate(self, value: date | None) -> None:
        super().validate(value)
        earliest, latest = self.bounds()
        if value is not None and value != self.stored and not earliest <= value <= latest:
            words = {
                "earliest": day_in_words(earliest),
                "latest": day_in_words(latest),
                "example": typed(self.example()),
            }
            raise forms.ValidationError(self.error_messages["out_of_bounds"] % words, code="out_of_bounds")
