"""Compiles the document of a release from cells: numbers in, published figures out. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import override

from reporting.figures.measure import Measure, Source
from reporting.figures.measures import TABLES

from .content import FORMAT, LANGUAGES, TOTAL, WITHHELD, Chart, Figure, Span, span_of
from .control import UNBOUNDED, PeriodCell, protect, shown
from .published_equations import limits, month_of, place, sums

Names = Mapping[str, str]
#: Tables of the network, which no measure counts.
ORGANISATIONS = "organisations"
LIAISONS = "liaisons"
#: (measure, first day of the month, key) to a number.
Numbers = Mapping[tuple[str, date, str], int]


@dataclass(frozen=True)
class KeyLabel:
    """A key from the reference data: label in three languages, and its group."""

    code: str
    label: Names
    parent: str = ""


@dataclass(frozen=True)
class Reference:
    """The lists of the centre."""

    centre: str
    country: str
    caller_types: Sequence[KeyLabel] = ()
    regions: Sequence[KeyLabel] = ()
    has_map: bool = False
    #: Partner organisations and liaisons, by region.
    organisations: Mapping[str, int] = field(default_factory=dict)
    liaisons: Mapping[str, int] = field(default_factory=dict)
    sectors: Sequence[KeyLabel] = ()


@dataclass(frozen=True)
class Compiled:
    """``withheld``: number of figures that disclosure control withheld."""

    stored: dict[str, Any]
    withheld: int


def compile_release(
    span: Span,
    numbers: Numbers,
    reference: Reference,
    *,
    small: int,
    base: int,
    counted_until: datetime,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> Compiled:
    """``earlier``: the stored documents of all earlier releases of the centre."""
    tables = [_table(measure, span, numbers, reference) for measure in TABLES]
    parents = {entry.code: entry.parent or entry.code for entry in reference.caller_types}
    figures = _protected(tables, span, parents, earlier, small, base)
    for table in tables:
        for row in table["rows"]:
            row["figures"] = [figures[where] for where in _places(table["code"], row["code"], table["columns"], span)]
    stored = {
        "format": FORMAT,
        "centre": {"name": reference.centre, "country": reference.country},
        "period": {"kind": span.kind, "first": span.first.isoformat(), "last": span.last.isoformat()},
        "control": {"small": small, "base": base},
        "counted_until": counted_until.isoformat(),
        "tables": [*tables, *_reach(reference)],
        "revisions": _revisions(numbers, earlier),
    }
    return Compiled(stored, sum(1 for figure in figures.values() if figure == WITHHELD))


def _protected(
    tables: list[dict[str, Any]],
    span: Span,
    parents: Names,
    earlier: Sequence[Mapping[str, Any]],
    small: int,
    base: int,
) -> dict[PeriodCell, Figure]:
    plain = {where: shown(number, small, base) for where, number in _counted(tables, span).items()}
    told = limits(earlier)
    found, added = sums({*plain, *told}, parents)
    return protect(plain, {**told, **dict.fromkeys(added, (0, UNBOUNDED))}, found, small, base)


def _counted(tables: Iterable[Mapping[str, Any]], span: Span) -> dict[PeriodCell, int]:
    """Raises ValueError if two tables that count the same have different totals, because one of them is wrong."""
    counted: dict[PeriodCell, int] = {}
    for table in tables:
        for row in table["rows"]:
            places = _places(table["code"], row["code"], table["columns"], span)
            for where, number in zip(places, row["figures"], strict=True):
                if counted.setdefault(where, number) != number:
                    raise ValueError(f"the tables disagree about {where}: {counted[where]} and {number}")
    return counted


def _places(measure: str, key: str, columns: Iterable[Mapping[str, Any]], span: Span) -> list[PeriodCell]:
    whole = (span.first, span.last)
    days = [whole if column["code"] == TOTAL else month_of(column["code"]) for column in columns]
    return [place(measure, key, *one) for one in days]


def _table(measure: Measure, span: Span, numbers: Numbers, reference: Reference) -> dict[str, Any]:
    """The table with real numbers, which the caller replaces."""
    months = span.months if measure.by_month and len(span.months) > 1 else []
    entries = _entries(measure, reference)
    groups = {entry.code for entry in entries}
    rows = [
        {
            "code": entry.code,
            "label": dict(entry.label),
            "figures": _row(measure.code, entry.code, span, months, numbers),
            **({"group": entry.parent} if entry.parent in groups else {}),
        }
        for entry in entries
    ]
    totals = [sum(column) for column in zip(*(row["figures"] for row in rows), strict=True)]
    rows.append({"code": TOTAL, "label": in_languages(lambda: _("Total")), "figures": totals})
    return {
        "code": measure.code,
        "title": in_languages(lambda: str(measure.label)),
        "definition": in_languages(lambda: str(measure.definition)),
        "bias": in_languages(lambda: str(measure.bias)),
        "chart": _chart(measure, is_map=reference.has_map, has_months=bool(months)),
        "is_exact": False,
        "columns": [*(_column(month) for month in months), {"code": TOTAL, "label": in_languages(lambda: _("Total"))}],
        "rows": rows,
    }


def _chart(measure: Measure, *, is_map: bool, has_months: bool) -> Chart:
    if measure.source == Source.REGIONS and is_map:
        return Chart.MAP
    return Chart.STACKED if has_months else Chart.BARS


def _row(measure: str, key: str, span: Span, months: Sequence[date], numbers: Numbers) -> list[int]:
    every = [numbers.get((measure, month, key), 0) for month in span.months]
    return [*(every if months else []), sum(every)]


def _column(month: date) -> dict[str, Any]:
    return {"code": f"{month:%Y-%m}", "label": in_languages(lambda: f"{MONTHS[month.month]} {month.year}")}


def _entries(measure: Measure, reference: Reference) -> list[KeyLabel]:
    """All keys, even without counts: a missing row would disclose that the number is zero."""
    own = [KeyLabel(code, in_languages(lambda label=label: str(label))) for code, label in measure.keys]
    if measure.source == Source.REGIONS:
        return [*_in_detail(reference.regions, lambda: _("%(name)s, no place known")), *own]
    if measure.source == Source.CALLER_GROUPS:
        return [entry for entry in reference.caller_types if not entry.parent]
    if measure.source == Source.CALLER_TYPES:
        grouped = [replace(entry, parent=entry.parent or entry.code) for entry in reference.caller_types]
        return _in_detail(grouped, lambda: _("%(name)s, nothing more known"))
    return own


def _in_detail(entries: Sequence[KeyLabel], unspecified: Callable[[], str]) -> list[KeyLabel]:
    """A group beside its members counts only what is in none of them, and its label says so."""
    groups = {entry.parent for entry in entries if entry.parent != entry.code}
    names = in_languages(unspecified)
    return [
        replace(entry, label={language: names[language] % {"name": entry.label[language]} for language in names})
        if entry.code in groups
        else entry
        for entry in entries
    ]


def _reach(reference: Reference) -> list[dict[str, Any]]:
    """The network when the release was prepared. Exact numbers, because organisations and posts are not persons."""
    organisations = _exact(
        ORGANISATIONS, lambda: _("Partner organisations by region"),
        lambda: _("Partners that work there, as it stood when the release was prepared. One may work in several."),
        reference.regions, reference.organisations, reference,
    )  # fmt: skip
    liaisons = _exact(
        LIAISONS, lambda: _("Liaisons by sector"),
        lambda: _("Named posts in other bodies, as it stood when the release was prepared."),
        reference.sectors, reference.liaisons, reference,
    )  # fmt: skip
    return [organisations, liaisons]


def _exact(
    code: str,
    title: Any,
    definition: Any,
    entries: Sequence[KeyLabel],
    numbers: Mapping[str, int],
    reference: Reference,
) -> dict[str, Any]:
    is_map = code == ORGANISATIONS and reference.has_map
    return {
        "code": code,
        "title": in_languages(title),
        "definition": in_languages(definition),
        "bias": dict.fromkeys(LANGUAGES, ""),
        "chart": Chart.MAP if is_map else Chart.BARS,
        "is_exact": True,
        "columns": [{"code": TOTAL, "label": in_languages(lambda: _("How many"))}],
        "rows": [
            {"code": entry.code, "label": dict(entry.label), "figures": [numbers.get(entry.code, 0)]}
            for entry in entries
        ],
    }


def _revisions(numbers: Numbers, earlier: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Earlier releases whose number of counselling contacts has changed, by late entries and corrections."""
    months: Counter[date] = Counter()
    for (measure, month, _key), number in numbers.items():
        months[month] += number if measure == "contacts" else 0
    found = []
    for stored in earlier:
        span = span_of(stored)
        control = stored["control"]
        published = next(row for row in stored["tables"][0]["rows"] if row["code"] == TOTAL)["figures"][-1]
        now = shown(sum(months[month] for month in span.months), control["small"], control["base"])
        if published not in (now, WITHHELD):
            found.append({"period": span.code, "published": published, "now": now})
    return found


def in_languages(text: Any) -> dict[str, str]:
    """The text in every language."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(text())
    return found
