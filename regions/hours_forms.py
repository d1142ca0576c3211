"""Forms for opening hours and closing days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation
from foundation.ui.dates import DayField, days_from_today
from foundation.ui.versioned_form import VersionedForm

from .hours import DayHours, hours_version
from .hours_text import (
    Stretch,
    Unreadable,
    WholeDayOrNothing,
    overlap_in_week,
    overlap_on_days,
    read_spans,
    write_span,
    write_spans,
)
from .models import CalendarException
from .network import calendar_for
from .vocabulary import Weekday
from .working_hours import Span

HOW_TO_WRITE = _(
    "Write times like 9:00-12:00, 13:00-17:00. Until midnight: 18:00-24:00; across midnight: 22:00-6:00; "
    "the whole day: 0:00-24:00. Empty: closed."
)
#: Closing days are planned this far ahead (days).
AHEAD = 5 * 366
BEHIND = 366


class SpansField(forms.CharField):
    """A line of times; its value is a list of spans, earliest first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=200, widget=forms.TextInput({"autocomplete": "off"}), **options)

    def clean(self, value: Any) -> list[Span]:
        text = super().clean(value)
        try:
            return read_spans(text)
        except WholeDayOrNothing as error:
            raise forms.ValidationError(
                _now("“%(part)s” begins and ends at the same time. For a whole day write 0:00-24:00.")
                % {"part": error.args[0]}
            ) from error
        except Unreadable as error:
            raise forms.ValidationError(
                _now("“%(part)s” cannot be read. Write times like 9:00-12:00, 13:00-17:00 or 22:00-6:00.")
                % {"part": error.args[0]}
            ) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


class HoursForm(VersionedForm):
    """Opening times, a line of text for each weekday: "9:00-12:00, 13:00-17:00"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in Weekday:
            self.fields[f"day_{weekday.value}"] = SpansField(label=weekday.label)

    def clean(self) -> dict[str, Any]:
        """`cleaned_data["spans"]` has all days' stretches."""
        cleaned = super().clean() or self.cleaned_data
        week: list[Stretch] = [(day.value, span) for day in Weekday for span in cleaned.get(f"day_{day.value}") or []]
        if found := overlap_in_week(week):
            self.add_error(f"day_{found[1][0]}", _overlap_in_words(*found))
        elif not week and not self.errors:
            self.add_error(None, _now(
                "Enter the hours of at least one day, for example Monday 9:00-15:00. "
                "For a time without any opening enter closing days."
            ))  # fmt: skip
        cleaned["spans"] = [DayHours(day, *span) for day, span in week]
        return cleaned

    @staticmethod
    def stored(organisation: Organisation) -> dict[str, Any]:
        """The current hours as the form's initial values; the usual ones if none are stored."""
        hours = calendar_for(organisation).hours
        days = {f"day_{day.value}": write_spans(hours.get(day.value, ()), "-") for day in Weekday}
        return {**days, "version": hours_version(organisation)}

    def now_stored(self, stored: dict[str, Any]) -> list[str]:
        """The labels of the days whose stored hours differ from what was typed."""
        names = [f"day_{day.value}" for day in Weekday]
        return [
            str(self.fields[name].label)
            for name in names
            if write_spans(self.cleaned_data.get(name) or [], "-") != stored[name]
        ]


def _overlap_in_words(one: Stretch, other: Stretch) -> str:
    (day, span), (other_day, other_span) = one, other
    words = {
        "day": Weekday(day).label,
        "one": write_span(span),
        "other_day": Weekday(other_day).label,
        "other": write_span(other_span),
    }
    if day == other_day:
        return _now("%(one)s and %(other)s overlap: write one stretch, or leave a gap.") % words
    return _now(
        "%(day)s %(one)s lasts until %(other_day)s and overlaps %(other)s there: let one end where the other begins."
    ) % words  # fmt: skip


class ExceptionForm(VersionedForm):
    """Closing days, or days with special hours."""

    label = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What everybody may read, for example: Company holidays, Christmas Eve."),
    )
    starts_on = DayField(label=_("First day"), earliest=days_from_today(-BEHIND), latest=days_from_today(AHEAD))
    ends_on = DayField(
        label=_("Last day"),
        earliest=days_from_today(-BEHIND),
        latest=days_from_today(AHEAD),
        required=False,
        help_text=_("Empty: one day only."),
    )
    every_year = forms.BooleanField(
        label=_("Every year"), required=False, help_text=_("On the same dates, for example on 24 December.")
    )
    hours = SpansField(
        label=_("Open all the same"),
        help_text=_("For example 10:00-12:00, on each of these days, public holidays too. Empty: closed."),
    )

    def __init__(self, *args: Any, stored: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on"):
            self._allow(name, (stored or {}).get(name))

    def _allow(self, name: str, stored: date | None) -> None:
        """What is stored already may stay, also when it has come to lie far back."""
        field = self.fields[name]
        assert isinstance(field, DayField)
        earliest, _latest = field.bounds()
        if stored is not None and stored < earliest:
            field.earliest = stored

    def clean(self) -> dict[str, Any]:
        """`cleaned_data["ends_on"]` is always a day."""
        cleaned = super().clean() or self.cleaned_data
        starts = cleaned.get("starts_on")
        if starts is None or "ends_on" not in cleaned:
            return cleaned
        ends = cleaned["ends_on"] or starts
        cleaned["ends_on"] = ends
        if ends < starts:
            self.add_error("ends_on", _now("The last day is before the first."))
        elif (ends - starts).days >= (365 if cleaned.get("every_year") else 366):
            self.add_error("ends_on", _now("At most a year at once: enter the rest as a second entry."))
        elif found := overlap_on_days(cleaned.get("hours") or [], several_days=ends > starts):
            words = {"one": write_span(found[0]), "other": write_span(found[1])}
            self.add_error("hours", _now("%(one)s and %(other)s overlap: write one stretch, or leave a gap.") % words)
        return cleaned

    def exists_already(self) -> None:
        """Say that other hours are noted for these days."""
        self.add_error("starts_on", _now("There is an entry for exactly these days already: change that one."))

    @staticmethod
    def stored(exception: CalendarException) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        hours: Sequence[Span] = exception.as_special_days().hours
        return {
            "label": exception.label,
            "starts_on": exception.starts_on,
            "ends_on": None if exception.ends_on == exception.starts_on else exception.ends_on,
            "every_year": exception.every_year,
            "hours": write_spans(hours, "-"),
            "version": exception.version,
        }

    def now_stored(self, stored: dict[str, Any]) -> list[str]:
        """As in the other forms; a last day that is the first one counts as empty, as it is stored."""
        typed = dict(self.cleaned_data)
        typed["hours"] = write_spans(typed.get("hours") or [], "-")
        if typed.get("ends_on") == typed.get("starts_on"):
            typed["ends_on"] = None
        return [
            str(self.fields[name].label)
            for name, value in stored.items()
            if name != "version" and (value or "") != (typed.get(name) or "")
        ]


def days_in_words(exception: CalendarException) -> str:
    """The days of an entry; without the year where it comes again each year."""
    pattern = "MONTH_DAY_FORMAT" if exception.every_year else "SHORT_DATE_FORMAT"
    first, last = (date_format(day, pattern) for day in (exception.starts_on, exception.ends_on))
    return first if exception.starts_on == exception.ends_on else f"{first} – {last}"
