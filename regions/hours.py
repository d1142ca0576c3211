"""Actions on opening hours and closing days of any organisation.

An organisation's row is locked for each change, so that two people do not overwrite each other's changes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.db.models import F

from foundation.accounts.audit import subject_of
from foundation.accounts.models import Organisation, User
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .actions import Invalid, record_change
from .events import EXCEPTION_ADDED, EXCEPTION_CHANGED, EXCEPTION_REMOVED, HOURS_CHANGED
from .hours_text import overlap_in_week, overlap_on_days, write_spans
from .models import CalendarException, ExceptionHours, OpeningHours
from .permissions import require_hours
from .working_hours import Span


@dataclass(frozen=True)
class DayHours:
    """Open on this weekday (0 is Monday) from `opens` to `closes` (that day, or the following one when not later)."""

    weekday: int
    opens: time
    closes: time


def hours_version(organisation: Organisation) -> int:
    """A checksum of the stored hours, 0 for none: an outdated form is one that was filled in over other hours."""
    rows = sorted(OpeningHours.objects.filter(organisation=organisation).values_list("weekday", "opens", "closes"))
    return zlib.crc32(repr(rows).encode()) if rows else 0


@transaction.atomic
def set_opening_hours(*, by: User, organisation: Organisation, spans: Iterable[DayHours], version: int) -> None:
    """The organisation is open at exactly these times; none means the usual ones.

    `version`: `hours_version` when the hours were read. Raises NotAllowed, Invalid, Stale.
    """
    require_hours(by, organisation)
    wanted = sorted((span.weekday, span.opens, span.closes) for span in spans)
    week = [(weekday, (opens, closes)) for weekday, opens, closes in wanted]
    if any(_is_nothing(span) for _day, span in week) or overlap_in_week(week):
        raise Invalid("opening hours without length, or that overlap")
    _lock(organisation)
    rows = OpeningHours.objects.filter(organisation=organisation)
    if wanted == sorted(rows.values_list("weekday", "opens", "closes")):
        return
    if version != hours_version(organisation):
        raise stale(subject_of(organisation))
    rows.delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(organisation=organisation, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in wanted
    )
    data = {"spans": [f"{day} {start} {end}" for day, start, end in wanted]}
    record_change(kind=HOURS_CHANGED, by=by, organisation=organisation, data=data)


@transaction.atomic
def add_exception(
    *,
    by: User,
    organisation: Organisation,
    label: str,
    starts_on: date,
    ends_on: date,
    every_year: bool = False,
    hours: Sequence[Span] = (),
) -> CalendarException:
    """Add closing days, or days with special hours; the same entry is added only once.

    Raises NotAllowed; Invalid for days or hours that cannot be, and where other hours are noted for the same days.
    """
    require_hours(by, organisation)
    _check(starts_on, ends_on, hours, every_year)
    _lock(organisation)
    days = {"starts_on": starts_on, "ends_on": ends_on, "every_year": every_year}
    exception, made = CalendarException.objects.get_or_create(
        organisation=organisation, **days, defaults={"label": label}
    )
    if not made:
        if (exception.label, _hours_of(exception)) == (label, sorted(hours)):
            return exception
        raise Invalid("other hours are noted for these days")
    _store_hours(exception, hours)
    _record(EXCEPTION_ADDED, by, exception, hours)
    return exception


@transaction.atomic
def save_exception(
    *,
    by: User,
    exception: CalendarException,
    version: int,
    label: str,
    starts_on: date,
    ends_on: date,
    every_year: bool = False,
    hours: Sequence[Span] = (),
) -> None:
    """Change an entry that was read with `version`.

    Raises NotAllowed; Stale, also when it has been removed; Invalid as `add_exception`.
    """
    require_hours(by, exception.organisation)
    _check(starts_on, ends_on, hours, every_year)
    _lock(exception.organisation)
    values = {"label": label, "starts_on": starts_on, "ends_on": ends_on, "every_year": every_year}
    if CalendarException.objects.filter(pk=exception.pk, **values).exists() and _hours_of(exception) == sorted(hours):
        return
    others = CalendarException.objects.filter(organisation=exception.organisation).exclude(pk=exception.pk)
    if others.filter(starts_on=starts_on, ends_on=ends_on, every_year=every_year).exists():
        raise Invalid("other hours are noted for these days")
    same = CalendarException.objects.filter(pk=exception.pk, version=version)
    if not same.update(version=F("version") + 1, **values):
        raise stale(subject_of(exception.organisation))
    exception.refresh_from_db()
    exception.hours.all().delete()
    _store_hours(exception, hours)
    _record(EXCEPTION_CHANGED, by, exception, hours)


@transaction.atomic
def remove_exception(*, by: User, organisation: Organisation, pk: int) -> bool:
    """Remove an entry, so that the usual hours apply; False if that was done before. Raises NotAllowed."""
    require_hours(by, organisation)
    _lock(organisation)
    exception = CalendarException.objects.filter(organisation=organisation, pk=pk).first()
    if exception is None:
        return False
    _record(EXCEPTION_REMOVED, by, exception, _hours_of(exception))
    exception.delete()
    return True


def _lock(organisation: Organisation) -> None:
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _is_nothing(span: Span) -> bool:
    return span[0] == span[1] != time(0)


def _check(starts_on: date, ends_on: date, hours: Sequence[Span], every_year: bool) -> None:
    days = (ends_on - starts_on).days
    if not 0 <= days < (365 if every_year else 366):
        raise Invalid("an exception ends before it starts, or lasts more than a year")
    if any(_is_nothing(span) for span in hours) or overlap_on_days(hours, several_days=days > 0):
        raise Invalid("opening hours without length, or that overlap")


def _hours_of(exception: CalendarException) -> list[Span]:
    return sorted(ExceptionHours.objects.filter(exception=exception).values_list("opens", "closes"))


def _store_hours(exception: CalendarException, hours: Sequence[Span]) -> None:
    ExceptionHours.objects.bulk_create(
        ExceptionHours(exception=exception, opens=opens, closes=closes) for opens, closes in hours
    )


def _record(kind: EventKind, by: User, exception: CalendarException, hours: Sequence[Span]) -> None:
    data = {
        "exception": exception.pk,
        "from": exception.starts_on.isoformat(),
        "until": exception.ends_on.isoformat(),
        "every_year": exception.every_year,
        "hours": write_spans(hours),
    }
    record_change(kind=kind, by=by, organisation=exception.organisation, data=data)
