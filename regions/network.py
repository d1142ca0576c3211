"""Reads the network for ranking and pages, in a few queries."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from foundation.accounts.models import Organisation, OrganisationKind

from .models import CalendarException, Conflict, Coverage, IntakePause, OpeningHours, PartnerProfile, Region
from .public_holidays import holidays_of_region, in_every
from .routing import Candidate, Interest, Need, Pause, Tree, path_up
from .working_hours import (
    USUAL_HOURS,
    NeverOpen,
    Span,
    SpecialDays,
    WorkingCalendar,
    is_open,
    next_opening,
    opens_again,
)

log = logging.getLogger(__name__)
#: With fewer closing days an organisation is certainly open sometimes; only other calendars are checked.
MOST_OF_A_YEAR = 300


def tree() -> Tree:
    """Each region's parent. Not cached, because about 250 rows are read quickly and a cache could be outdated."""
    return dict(Region.objects.values_list("code", "parent_id"))


def partners(country: str, within: Collection[str] | None = None) -> QuerySet[PartnerProfile]:
    """Profiles of partners that sit or work in the country, with the codes of their regions as `regions`.

    `within`: read no other regions along. A large network has a hundred rows of coverage for each partner.
    """
    covered = Coverage.objects.filter(organisation=OuterRef("organisation"))
    shown = covered if within is None else covered.filter(region__in=within)
    return (
        PartnerProfile.objects.filter(organisation__kind=OrganisationKind.PARTNER, organisation__is_active=True)
        .filter(Q(organisation__country=country) | Exists(covered.filter(region__country=country)))
        .select_related("organisation")
        .annotate(regions=ArraySubquery(shown.order_by("region").values("region")))
        .order_by("organisation__name", "organisation")
    )


def codes_of(profile: PartnerProfile) -> list[str]:
    """The codes of the regions that `partners` has read along; none for a profile from elsewhere."""
    codes: list[str] = getattr(profile, "regions", [])
    return codes


def partners_without_profile() -> QuerySet[Organisation]:
    """Partners of any country without a profile; no ranking can find them."""
    return Organisation.objects.in_use().filter(kind=OrganisationKind.PARTNER, profile=None)


def pauses_on(day: date) -> dict[int, Pause]:
    """The pause in force by organisation; of several the one that lasts longest."""
    found: dict[int, Pause] = {}
    for pause in IntakePause.objects.on(day).order_by("ends_on"):  # PostgreSQL puts null, until further notice, last
        found[pause.organisation_id] = Pause(pause.ends_on)
    return found


def interests_on(day: date) -> dict[int, tuple[Interest, ...]]:
    """The conflicts of interest in force, by organisation."""
    found: dict[int, tuple[Interest, ...]] = {}
    for row in Conflict.objects.on(day).order_by("pk"):
        interest = Interest(
            row.pk, row.reason, row.region_id, row.phenomenon, row.caller_type, row.other_id, row.ends_on
        )
        found[row.organisation_id] = (*found.get(row.organisation_id, ()), interest)
    return found


def candidates_for(
    need: Need,
    parents: Tree,
    *,
    open_cases: Mapping[int, int],
    answered_in_time: Mapping[int, float] | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> list[Candidate]:
    """The partners of the need's country as `routing.rank` wants them, in four queries; with `now` also who is closed
    then, in up to six more. `parents`: the tree, from which follows whose coverage is asked about.

    `open_cases` counts each organisation's live cases; `answered_in_time` is its share of offers answered in time.
    """
    day = today or timezone.localdate()
    pauses, interests, never = pauses_on(day), interests_on(day), never_open(timezone.now())
    records = answered_in_time or {}
    profiles = list(partners(need.country, path_up(need.region or need.country, parents)))
    closed = closed_at(now, [profile.organisation for profile in profiles]) if now else {}
    return [
        Candidate(
            id=profile.organisation_id,
            name=profile.organisation.name,
            country=profile.organisation.country,
            services=frozenset(profile.services),
            phenomena=frozenset(profile.phenomena),
            languages=frozenset(profile.languages),
            coverage=frozenset(codes_of(profile)),
            is_national=profile.is_national,
            capacity=profile.capacity,
            open_cases=open_cases.get(profile.organisation_id, 0),
            pause=pauses.get(profile.organisation_id),
            answered_in_time=records.get(profile.organisation_id),
            interests=interests.get(profile.organisation_id, ()),
            is_never_open=profile.organisation_id in never,
            closed_until=closed.get(profile.organisation_id),
        )
        for profile in profiles
    ]


def next_opening_of(organisation: Organisation, at: datetime) -> datetime:
    """The first moment from `at` on at which the organisation is open; `at` itself where it never opens again."""
    try:
        return next_opening(at, calendar_for(organisation))
    except NeverOpen:
        log.error("organisation %s is never open by its hours: what waits for it is due at once", organisation.pk)
        return at


def closed_at(at: datetime, organisations: Collection[Organisation]) -> dict[int, datetime]:
    """Which of the organisations are closed at the moment, and until when; without those that never open again."""
    found = {}
    for key, calendar in calendars_for(organisations).items():
        if not is_open(at, calendar) and opens_again(at, calendar):
            found[key] = next_opening(at, calendar)
    return found


def calendar_for(organisation: Organisation) -> WorkingCalendar:
    """When the organisation can be expected to answer: its opening hours (else the usual ones), without the days that
    are a public holiday wherever it works, and with the days for which it has said something else.
    """
    return calendars_for([organisation])[organisation.pk]


def calendars_for(organisations: Collection[Organisation]) -> dict[int, WorkingCalendar]:
    """The same for several, in no more queries."""
    hours: dict[int, dict[int, list[Span]]] = {}
    for row in OpeningHours.objects.filter(organisation__in=organisations):
        hours.setdefault(row.organisation_id, {}).setdefault(row.weekday, []).append((row.opens, row.closes))
    regions, parents = _regions_worked_in(organisations)
    special = _special_days_of(organisations)
    return {
        organisation.pk: WorkingCalendar(
            organisation.zone.key,
            hours.get(organisation.pk) or USUAL_HOURS,
            in_every([holidays_of_region(code, parents) for code in regions[organisation.pk]]),
            special.get(organisation.pk, ()),
        )
        for organisation in organisations
    }


def never_open(now: datetime) -> set[int]:
    """The organisations whose closing days leave no opening within years."""
    closings = CalendarException.objects.filter(hours=None).filter(Q(every_year=True) | Q(ends_on__gte=now.date()))
    days: Counter[int] = Counter()
    for organisation_id, first, last in closings.values_list("organisation", "starts_on", "ends_on"):
        days[organisation_id] += (last - first).days + 1
    long = [organisation_id for organisation_id, number in days.items() if number >= MOST_OF_A_YEAR]
    if not long:
        return set()
    calendars = calendars_for(list(Organisation.objects.filter(pk__in=long)))
    return {key for key, calendar in calendars.items() if not opens_again(now, calendar)}


def regions_worked_in(organisation: Organisation) -> tuple[list[str], Tree]:
    """The regions that the organisation covers, else its country, and the tree in which they lie."""
    regions, parents = _regions_worked_in([organisation])
    return regions[organisation.pk], parents


def _regions_worked_in(organisations: Collection[Organisation]) -> tuple[dict[int, list[str]], Tree]:
    found: dict[int, list[str]] = {organisation.pk: [] for organisation in organisations}
    covered = Coverage.objects.filter(organisation__in=organisations).order_by("region")
    for key, code in covered.values_list("organisation", "region"):
        found[key].append(code)
    nationwide = PartnerProfile.objects.filter(organisation__in=organisations, is_national=True)
    everywhere = set(nationwide.values_list("organisation", flat=True))
    for organisation in organisations:
        if not found[organisation.pk] or organisation.pk in everywhere:
            found[organisation.pk].append(organisation.country)
    needs_tree = any("-" in code for codes in found.values() for code in codes)
    regions = tree() if needs_tree else {}
    return found, regions


def _special_days_of(organisations: Collection[Organisation]) -> dict[int, list[SpecialDays]]:
    """Closing days and days with special hours."""
    found: dict[int, list[SpecialDays]] = {}
    for row in CalendarException.objects.filter(organisation__in=organisations).prefetch_related("hours"):
        found.setdefault(row.organisation_id, []).append(row.as_special_days())
    return found
