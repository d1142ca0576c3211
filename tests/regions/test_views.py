from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, make_partner, make_user
from web import sign_in

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from regions import workload
from regions.models import Coverage, IntakePause, Liaison, PartnerProfile, PostalCode

PROFILE = {"services": ["exit"], "phenomena": ["right"], "languages": ["de"], "capacity": "5", "version": "0"}
POST = {"sector": "police", "region": "DE-BE", "post": "Example police station", "version": "0"}
Browser = Callable[[User], Client]


@pytest.fixture
def browser() -> Browser:
    def signed_in(user: User) -> Client:
        client = Client()
        sign_in(client, user)
        return client

    return signed_in


@pytest.fixture
def profile(people: People) -> PartnerProfile:
    profile = PartnerProfile.objects.create(
        organisation=people.partner, services=["exit"], phenomena=["right"], languages=["de"], capacity=5, version=1
    )
    Coverage.objects.create(organisation=people.partner, region_id="DE-BE")
    return profile


def url(name: str, pk: int | None = None) -> str:
    return reverse(f"regions:{name}", args=[] if pk is None else [pk])


def pages(people: People) -> dict[str, str]:
    liaison = Liaison.objects.create(sector="prison", region_id="DE-BE", post="Example prison")
    pk = people.partner.pk
    return {
        "network": url("network"),
        "partners": url("partners"),
        "partner": url("partner", pk),
        "liaisons": url("liaisons"),
        "edit_profile": url("edit_profile", pk),
        "edit_coverage": url("edit_coverage", pk),
        "hours": url("hours", pk),
        "new_liaison": url("new_liaison"),
        "edit_liaison": url("edit_liaison", liaison.pk),
    }


READING = {"network", "partners", "partner", "liaisons"}


def test_who_sees_which_page(people: People, partner_coordinator: User, browser: Browser) -> None:
    everything = pages(people)
    readers = {people.handler, people.worker, partner_coordinator}
    editors = {people.coordinator, people.administrator}
    nobody = {people.dpo, people.funder, people.liaison}
    clients = {user: browser(user) for user in readers | editors | nobody}
    seen = {
        user: {name for name, address in everything.items() if client.get(address).status_code == 200}
        for user, client in clients.items()
    }
    assert seen == {
        **dict.fromkeys(readers, READING),
        **{role: set(everything) for role in editors},
        **{role: set() for role in nobody},
    }


def test_denied_and_missing_are_both_404(people: People, browser: Browser) -> None:
    denied = browser(people.handler).get(url("edit_profile", people.partner.pk))
    missing = browser(people.coordinator).get(url("edit_profile", 10**6))
    centre = browser(people.coordinator).get(url("partner", people.centre.pk))
    assert [answer.status_code for answer in (denied, missing, centre)] == [404, 404, 404]


def test_a_visitor_is_asked_to_sign_in(people: People) -> None:
    answer = Client().get(url("network"))
    assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)


def test_writes_by_people_who_may_not_are_404_and_change_nothing(people: People, browser: Browser) -> None:
    pk = people.partner.pk
    liaison = Liaison.objects.create(sector="prison", region_id="DE-BE", post="Example prison")
    pause = IntakePause.objects.create(organisation=people.partner, starts_on=date(2026, 1, 1), reason="full")
    outsider = make_user((people.other_partner, Role.PARTNER_COORDINATOR))
    posts: list[tuple[str, dict[str, Any]]] = [
        (url("edit_profile", pk), PROFILE),
        (url("edit_coverage", pk), {"regions_alone": ["DE-BE"], "version": "0"}),
        (url("hours", pk), {"day_0": "9:00-12:00", "version": "0"}),
        (url("new_liaison"), POST),
        (url("edit_liaison", liaison.pk), POST),
        (url("end_liaison", liaison.pk), {}),
        (url("pause", pk), {"starts_on": "2030-01-01", "reason": "full"}),
        (url("resume", pause.pk), {}),
    ]
    for user in (people.worker, people.handler, people.dpo, people.funder, outsider):
        client = browser(user)
        assert [client.post(*post).status_code for post in posts] == [404] * len(posts)
    assert not PartnerProfile.objects.exists()
    assert (Liaison.objects.current().count(), IntakePause.objects.filter(resumed_at=None).count()) == (1, 1)


def test_the_profile_is_saved(people: People, browser: Browser) -> None:
    client = browser(people.coordinator)
    answer = client.post(url("edit_profile", people.partner.pk), PROFILE, follow=True)
    assert answer.redirect_chain == [(url("partner", people.partner.pk), 302)]
    stored = PartnerProfile.objects.get()
    assert (stored.services, stored.capacity, stored.version) == (["exit"], 5, 1)
    again = client.post(url("edit_profile", people.partner.pk), PROFILE)
    assert (again.status_code, PartnerProfile.objects.get().version) == (302, 1)


def test_an_outdated_form_is_told_what_changed_and_keeps_what_was_typed(
    people: People, profile: PartnerProfile, browser: Browser
) -> None:
    client = browser(people.coordinator)
    outdated = {**PROFILE, "capacity": "9", "languages": ["de", "tr"]}
    answer = client.post(url("edit_profile", people.partner.pk), outdated)
    assert answer.status_code == 409
    assert "What is stored now differs in: Languages, Places." in answer.content.decode()
    form = answer.context["form"]
    assert (form["capacity"].value(), form["version"].value()) == ("9", "1")
    assert PartnerProfile.objects.get().capacity == 5
    decided = client.post(url("edit_profile", people.partner.pk), {**outdated, "version": form["version"].value()})
    assert (decided.status_code, PartnerProfile.objects.get().capacity) == (302, 9)


def test_a_wrong_value_keeps_what_was_typed(people: People, browser: Browser) -> None:
    answer = browser(people.coordinator).post(
        url("edit_profile", people.partner.pk), {**PROFILE, "capacity": "-3", "services": ["exit", "nonsense"]}
    )
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"capacity", "services"})
    assert answer.context["form"]["capacity"].value() == "-3"


def test_coverage_is_saved(people: People, profile: PartnerProfile, browser: Browser) -> None:
    client, pk = browser(people.coordinator), people.partner.pk
    client.post(url("edit_coverage", pk), {"regions_alone": ["DE-BB", "DE-HB"], "version": "1"})
    assert set(people.partner.coverage.values_list("region", flat=True)) == {"DE-BB", "DE-HB"}
    stale = client.post(url("edit_coverage", pk), {"regions_alone": ["DE-BE"], "version": "1"})
    assert (stale.status_code, "differs in: Regions." in stale.content.decode()) == (409, True)


def test_a_partner_coordinator_pauses_and_resumes(people: People, partner_coordinator: User, browser: Browser) -> None:
    client, today = browser(partner_coordinator), timezone.localdate()
    values = {"starts_on": today.isoformat(), "ends_on": "", "reason": "staff"}
    for _click in range(2):
        assert client.post(url("pause", people.partner.pk), values).status_code == 302
    pause = IntakePause.objects.get()
    assert (pause.ends_on, pause.resumed_at) == (None, None)
    page = client.get(url("partner", people.partner.pk)).content.decode()
    assert "Paused until further notice" in page
    for message in ("The pause is over.", "Somebody ended this pause already."):
        answer = client.post(url("resume", pause.pk), follow=True)
        assert message in answer.content.decode()
    assert "Takes new cases" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"starts_on": "2020-01-01"}, ["starts_on"]),
        ({"ends_on": "2020-01-01"}, ["ends_on"]),
        ({"reason": "boredom"}, ["reason"]),
        ({"starts_on": "soon"}, ["starts_on"]),
    ],
)
def test_a_pause_that_cannot_be(
    people: People, partner_coordinator: User, browser: Browser, change: dict[str, str], wrong: list[str]
) -> None:
    values = {"starts_on": timezone.localdate().isoformat(), "ends_on": "", "reason": "staff", **change}
    answer = browser(partner_coordinator).post(url("pause", people.partner.pk), values)
    assert (answer.status_code, list(answer.context["pause_form"].errors)) == (422, wrong)
    assert not IntakePause.objects.exists()


def test_liaisons_are_added_changed_and_ended(people: People, browser: Browser) -> None:
    client = browser(people.coordinator)
    for _click in range(2):
        assert client.post(url("new_liaison"), POST).status_code == 302
    liaison = Liaison.objects.get()
    changed = {**POST, "post": "Example police station, youth desk"}
    assert client.post(url("edit_liaison", liaison.pk), changed).status_code == 302
    stale = client.post(url("edit_liaison", liaison.pk), {**POST, "post": "Something else"})
    assert (stale.status_code, "differs in: Post." in stale.content.decode()) == (409, True)
    Liaison.objects.create(sector="police", region_id="DE-BE", post="Another post")
    twice = client.post(url("edit_liaison", liaison.pk), {**POST, "post": "Another post", "version": "1"})
    assert (twice.status_code, list(twice.context["form"].errors)) == (422, ["post"])
    for _click in range(2):
        assert client.post(url("end_liaison", liaison.pk)).status_code == 302
    assert list(Liaison.objects.current().values_list("post", flat=True)) == ["Another post"]
    assert client.get(url("edit_liaison", liaison.pk)).status_code == 404


def test_last_contact_in_the_future_is_refused(people: People, browser: Browser) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = browser(people.coordinator).post(url("new_liaison"), {**POST, "last_contact_on": tomorrow.isoformat()})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["last_contact_on"])


def test_gaps_and_sectors_without_a_liaison(people: People, profile: PartnerProfile, browser: Browser) -> None:
    Liaison.objects.create(sector="police", region_id="DE", post="Example federal police")
    client = browser(people.handler)
    matrix = client.get(url("network")).context["matrix"]
    exit_work = next(row for row in matrix.rows if row.code == "exit")
    assert [column.code for column, cell in exit_work.cells if cell.whole] == ["DE-BE"]
    assert len(matrix.empty_columns) == 15
    assert "Berlin" not in matrix.empty_columns
    sectors = client.get(url("liaisons")).context["matrix"]
    assert "Police" not in sectors.empty_rows
    assert len(sectors.empty_rows) == len(sectors.rows) - 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"service": "exit"}, True),
        ({"service": "prison"}, False),
        ({"phenomenon": "left"}, False),
        ({"language": "de", "phenomenon": "right"}, True),
        ({"service": "nonsense"}, True),
        ({"postal_code": "10115"}, True),
        ({"postal_code": "80331"}, False),
        ({"postal_code": "00000"}, True),
        ({"country": "FR"}, False),
        ({"country": "XX"}, True),
    ],
)
def test_the_list_of_partners_is_filtered(
    people: People, profile: PartnerProfile, browser: Browser, query: dict[str, str], found: bool
) -> None:
    for code, region in [("10115", "DE-BE"), ("80331", "DE-BY")]:
        PostalCode.objects.create(country="DE", code=code, places="Example", region_id=region)
    answer = browser(people.handler).get(url("partners"), query)
    names = [entry.organisation.name for entry in answer.context["entries"]]
    assert names == (["Example Partner"] if found else [])
    assert answer.context["unknown_place"] is (query.get("postal_code") == "00000")


def test_places_taken_where_somebody_counts(people: People, profile: PartnerProfile, browser: Browser) -> None:
    client = browser(people.handler)
    before = workload._counts[:]
    try:
        workload._counts[:] = []
        assert client.get(url("partners")).context["entries"][0].taken is None
        workload.count_open_cases_with(lambda: {people.partner.pk: 2})
        assert "2 of 5 taken" in client.get(url("partners")).content.decode()
    finally:
        workload._counts[:] = before


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(
    people: People, browser: Browser, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        organisation = people.partner if not number else make_partner(str(number))
        PartnerProfile.objects.create(organisation=organisation, capacity=1, services=["exit"])
        Coverage.objects.create(organisation=organisation, region_id="DE-BE")
        Liaison.objects.create(sector="police", region_id="DE-BE", post=f"Example post {number}")
    client = browser(people.handler)
    for name in ("network", "partners", "liaisons"):
        with django_assert_max_num_queries(20):  # the frame's telephone, endings and counts among them
            assert client.get(url(name)).status_code == 200


def test_without_regions_the_page_says_what_to_do(db: None, browser: Browser) -> None:
    from people import make_centre

    coordinator = make_user((make_centre(), Role.COORDINATOR))
    for name in ("network", "partners", "liaisons"):
        assert "There are no regions yet." in browser(coordinator).get(url(name)).content.decode()


@pytest.mark.parametrize("country", ["FR", "BE"])
def test_other_countries_have_their_own_pages(people: People, browser: Browser, country: str) -> None:
    client = browser(people.handler)
    for name in ("network", "partners", "liaisons"):
        answer = client.get(url(name), {"country": country})
        assert (answer.status_code, answer.context["country"]) == (200, country)


def test_a_partner_without_a_profile_can_be_reached(people: People, profile: PartnerProfile, browser: Browser) -> None:
    """A new organisation has said nothing yet; it must not be lost for it."""
    answer = browser(people.coordinator).get(reverse("regions:partners"))
    assert [organisation.name for organisation in answer.context["without_profile"]] == ["Other Partner"]
    assert reverse("regions:partner", args=[people.other_partner.pk]) in answer.content.decode()
