from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from people import People, make_organisation

from foundation.accounts.models import Organisation, OrganisationKind
from regions.models import Coverage, IntakePause, OpeningHours, PartnerProfile
from regions.network import calendar_for, candidates_for, tree
from regions.routing import Candidate, Need, Pause, rank
from regions.working_hours import USUAL_HOURS

TODAY = date(2026, 3, 3)
NEED = Need("DE-BE", "DE", frozenset({"exit"}))


def partner(name: str, *regions: str, country: str = "DE", **profile: Any) -> Organisation:
    organisation = make_organisation(name, OrganisationKind.PARTNER, country=country)
    PartnerProfile.objects.create(
        organisation=organisation, services=["exit"], phenomena=["right"], languages=["de"], capacity=3, **profile
    )
    for code in regions:
        Coverage.objects.create(organisation=organisation, region_id=code)
    return organisation


def test_tree_maps_each_region_to_its_parent(regions: None) -> None:
    parents = tree()
    assert (parents["DE"], parents["DE-BE"], parents["FR-69M"]) == (None, "DE", "FR-69")


def test_candidates_have_load_record_and_coverage(regions: None) -> None:
    one = partner("Example One", "DE-BE", "DE-BB", "DE", is_national=True)
    two = partner("Example Two")
    abroad = partner("Example Abroad", "DE-BE", country="FR")
    partner("Example Elsewhere", "FR-69", country="FR")
    IntakePause.objects.create(organisation=two, starts_on=TODAY, ends_on=date(2026, 3, 9), reason="staff")
    IntakePause.objects.create(organisation=two, starts_on=date(2026, 3, 1), reason="full")
    offer: dict[str, Any] = {
        "services": frozenset({"exit"}),
        "phenomena": frozenset({"right"}),
        "languages": frozenset({"de"}),
        "capacity": 3,
    }
    found = candidates_for(NEED, tree(), open_cases={one.pk: 2}, answered_in_time={one.pk: 0.5}, today=TODAY)
    assert found == [
        Candidate(abroad.pk, "Example Abroad", "FR", coverage=frozenset({"DE-BE"}), **offer),
        Candidate(
            one.pk,
            "Example One",
            "DE",
            coverage=frozenset({"DE-BE", "DE"}),  # Brandenburg is not above the need's region
            is_national=True,
            open_cases=2,
            answered_in_time=0.5,
            **offer,
        ),
        Candidate(two.pk, "Example Two", "DE", pause=Pause(None), **offer),
    ]
    ranking = rank(NEED, found, tree(), TODAY)
    assert [entry.candidate.name for entry in ranking.ranked] == ["Example Abroad", "Example One"]


def test_an_organisation_that_is_no_partner_or_has_no_profile_is_no_candidate(people: People) -> None:
    PartnerProfile.objects.create(organisation=people.centre, capacity=3)
    assert candidates_for(NEED, tree(), open_cases={}) == []


@pytest.mark.parametrize("count", [1, 3])
def test_four_queries_however_many_there_are(regions: None, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        IntakePause.objects.create(
            organisation=partner(f"Example {number}", "DE-BE", "DE-BB"), starts_on=TODAY, reason="full"
        )
    parents = tree()
    with django_assert_num_queries(4):
        assert len(candidates_for(NEED, parents, open_cases={}, today=TODAY)) == count


def test_the_usual_hours_where_nothing_else_is_said(regions: None) -> None:
    assert calendar_for(partner("Example", "DE-BE")).hours == USUAL_HOURS


def test_own_hours_and_time_zone(regions: None) -> None:
    organisation = partner("Example")
    organisation.time_zone = "Indian/Reunion"
    for opens, closes in [(13, 17), (8, 12)]:
        OpeningHours.objects.create(organisation=organisation, weekday=1, opens=time(opens), closes=time(closes))
    calendar = calendar_for(organisation)
    zone = ZoneInfo("Indian/Reunion")
    assert list(calendar.openings(TODAY)) == [
        (datetime(2026, 3, 3, 8, tzinfo=zone), datetime(2026, 3, 3, 12, tzinfo=zone)),
        (datetime(2026, 3, 3, 13, tzinfo=zone), datetime(2026, 3, 3, 17, tzinfo=zone)),
    ]
    assert list(calendar.openings(date(2026, 3, 4))) == []


@pytest.mark.parametrize(
    ("regions_covered", "epiphany_is_free"),
    [(["DE-BY"], True), (["DE-BE"], False), (["DE-BY", "DE-BE"], False), ([], False), (["DE-ST", "DE-BY"], True)],
)
def test_the_holidays_of_the_one_land_where_it_works(
    regions: None, regions_covered: list[str], epiphany_is_free: bool
) -> None:
    calendar = calendar_for(partner("Example", *regions_covered))
    assert calendar.is_holiday(date(2026, 1, 6)) is epiphany_is_free
    assert calendar.is_holiday(date(2026, 10, 3))


def test_holidays_of_alsace(regions: None) -> None:
    good_friday = date(2026, 4, 3)
    assert calendar_for(partner("Example", "FR-67", "FR-68", country="FR")).is_holiday(good_friday)
    assert not calendar_for(partner("Example", "FR-67", "FR-13", country="FR")).is_holiday(good_friday)
