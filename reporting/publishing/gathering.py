"""Reads the data of a release: the cells of the centre, and its lists. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from foundation.accounts.models import Organisation, OrganisationKind
from foundation.journal.models import Link
from foundation.ui.tile_maps import GRIDS
from hotline.contacts.models import CallerType
from regions.models import Coverage, Liaison, Region
from regions.vocabulary import Sector
from reporting.figures.counts import caller_types
from reporting.figures.models import Cell, Progress

from .compiling import KeyLabel, Reference, in_languages
from .content import LANGUAGES, Span
from .models import Release

#: Maximum delay of counting; the worker counts every 20 seconds.
BEHIND = timedelta(minutes=2)


def numbers(centre: Organisation, span: Span, earlier: Iterable[Span]) -> dict[tuple[str, date, str], int]:
    """Numbers of the period, and the numbers of contacts of earlier releases, for revisions."""
    months = {month for one in earlier for month in one.months} - set(span.months)
    cells = Cell.objects.filter(centre=centre)
    found = cells.filter(month__in=span.months) | cells.filter(month__in=months, measure="contacts")
    return {
        (measure, month, key): number
        for measure, month, key, number in found.values_list("measure", "month", "key", "number")
    }


def is_behind() -> bool:
    """Whether events of the journal have not been counted in time."""
    progress = Progress.objects.filter(pk=1).first()
    if progress is not None and timezone.now() - progress.at < BEHIND:
        return False
    return Link.objects.filter(position__gt=progress.position if progress else 0).exists()


def documents(centre: Organisation) -> list[dict[str, Any]]:
    """The stored documents of all releases of the centre, including prepared ones."""
    rows = Release.objects.kept().filter(centre=centre).order_by("prepared_at", "pk")
    return list(rows.values_list("content", flat=True))


def reference(centre: Organisation) -> Reference:
    regions = _regions(centre.country)
    grid = {place.code for place in GRIDS.get(centre.country, ())}
    return Reference(
        centre=centre.name,
        country=centre.country,
        caller_types=[_term(one) for one in caller_types()],
        regions=[_region(one) for one in regions],
        has_map=bool(grid) and grid <= {region.code for region in regions},
        organisations=_organisations(regions),
        liaisons=dict(Liaison.objects.current().order_by().values_list("sector").annotate(Count("pk"))),
        sectors=[KeyLabel(code, in_languages(lambda label=label: label)) for code, label in Sector.choices],
    )


def _regions(country: str) -> list[Region]:
    """Regions of the first level; in Belgium also the provinces, which the map shows."""
    known = Region.objects.in_country(country).filter(level__in=[1, 2] if country == "BE" else [1])
    return list(known.order_by("-level", "code"))


def _organisations(regions: list[Region]) -> dict[str, int]:
    """Partners by region, including those that cover a part of it, or the whole country."""
    parents = dict(Region.objects.values_list("code", "parent"))
    works: dict[str, set[int]] = {region.code: set() for region in regions}
    rows = Coverage.objects.filter(organisation__kind=OrganisationKind.PARTNER).values_list("organisation", "region")
    for organisation, code in rows:
        step: str | None = code
        while step is not None:
            works.get(step, set()).add(organisation)
            step = parents.get(step)
    return {code: len(found) for code, found in works.items()}


def _term(one: CallerType) -> KeyLabel:
    return KeyLabel(
        one.code, {language: getattr(one, f"label_{language}") for language in LANGUAGES}, one.parent_id or ""
    )


def _region(one: Region) -> KeyLabel:
    return KeyLabel(
        one.code, {language: getattr(one, f"name_{language}") for language in LANGUAGES}, one.parent_id or ""
    )
