"""The network as routing and the screens need it, read in a few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind

from .models import CalendarException, Conflict, Coverage, IntakePause, OpeningHours, PartnerProfile, Region
from .public_holidays import holidays_of_region, in_every
from .routing import Candidate, Interest, Need, Pause, Tree
from .working_hours import USUAL_HOURS, Span, SpecialDays, WorkingCalendar, opens_again

#: With fewer closing days, any organisation is open sometimes: only the calendars of the others are looked at.
MOST_OF_A_YEAR = 300


def tree() -> Tree:
    """Each region's parent. About 250 rows: reading them takes less care than a cache that can be out of date."""
    return dict(Region.objects.values_list("code", "parent_id"))


def partners(country: str) -> QuerySet[PartnerProfile]:
    """Profiles of partners that sit or work in the country, with the codes of their regions as `regions`."""
    working_there = Coverage.objects.filter(region__country=country).values("organisation")
    return (
        PartnerProfile.objects.filter(organisation__kind=OrganisationKind.PARTNER, organisation__is_active=True)
        .filter(Q(organisation__country=country) | Q(organisation__in=working_there))
        .select_related("organisation")
        .annotate(
            regions=ArrayAgg(
                "organisation__coverage__region",
                filter=Q(organisation__coverage__isnull=False),
                default=[],
                order_by="organisation__coverage__region",
            )
        )
        .order_by("organisation__name", "organisation")
    )


def codes_of(profile: PartnerProfile) -> list[str]:
    """The codes of the regions that `partners` has read along; none for a profile from elsewhere."""
    codes: list[str] = getattr(profile, "regions", [])
    return codes


def partners_without_profile() -> QuerySet[Organisation]:
    """Partners of any country that have not said yet what they offer: no ranking can find them."""
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
    *,
    open_cases: Mapping[int, int],
    answered_in_time: Mapping[int, float] | None = None,
    today: date | None = None,
) -> list[Candidate]:
    """The partners of the need's country as `routing.rank` wants them, in four queries.

    `open_cases` counts each organisation's live cases; `answered_in_time` is its share of offers answered in time.
    """
    day = today or timezone.localdate()
    pauses, interests, closed = pauses_on(day), interests_on(day), never_open(timezone.now())
    records = answered_in_time or {}
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
            is_never_open=profile.organisation_id in closed,
        )
        for profile in partners(need.country)
    ]


def calendar_for(organisation: Organisation) -> WorkingCalendar:
    """When the organisation can be expected to answer: its opening hours (else the usual ones), without the days that
    are a public holiday wherever it works, and with the days for which it has said something else.
    """
    hours: dict[int, list[Span]] = {}
    for row in OpeningHours.objects.filter(organisation=organisation):
        hours.setdefault(row.weekday, []).append((row.opens, row.closes))
    regions, parents = regions_worked_in(organisation)
    is_holiday = in_every([holidays_of_region(code, parents) for code in regions])
    return WorkingCalendar(organisation.zone.key, hours or USUAL_HOURS, is_holiday, special_days_of(organisation))


def never_open(now: datetime) -> set[int]:
    """The organisations whose closing days leave no opening within years."""
    closings = CalendarException.objects.filter(hours=None).filter(Q(every_year=True) | Q(ends_on__gte=now.date()))
    days: Counter[int] = Counter()
    for organisation_id, first, last in closings.values_list("organisation", "starts_on", "ends_on"):
        days[organisation_id] += (last - first).days + 1
    long = [organisation_id for organisation_id, number in days.items() if number >= MOST_OF_A_YEAR]
    organisations = Organisation.objects.filter(pk__in=long) if long else []
    return {one.pk for one in organisations if not opens_again(now, calendar_for(one))}


def regions_worked_in(organisation: Organisation) -> tuple[list[str], Tree]:
    """The regions that the organisation covers, else its country, and the tree in which they lie."""
    codes = list(organisation.coverage.order_by("region").values_list("region", flat=True))
    if not codes or PartnerProfile.objects.filter(organisation=organisation, is_national=True).exists():
        codes.append(organisation.country)
    return codes, tree() if any("-" in code for code in codes) else {}


def special_days_of(organisation: Organisation) -> list[SpecialDays]:
    """Closing days and days with hours of their own."""
    rows = CalendarException.objects.filter(organisation=organisation).prefetch_related("hours")
    return [row.as_special_days() for row in rows]
