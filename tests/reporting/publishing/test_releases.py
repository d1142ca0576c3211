"""From contacts to a release that a funder reads: two people are needed, it never changes, and shows nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import time_machine
from contacts import a_contact, browser
from django.db import connection
from django.db.utils import DatabaseError
from django.test import Client
from past_policies import change
from people import People, as_user, make_user
from releases import count, prepare

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from hotline.contacts.actions import save_contact
from hotline.contacts.callbacks import complete_contact
from regions.loading import load_regions
from reporting.publishing import actions
from reporting.publishing.content import digest
from reporting.publishing.models import Paper, Release
from reporting.publishing.periods import Refusal

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MARCH, tick=False) as traveller:
        yield traveller


@pytest.fixture
def second(people: People) -> User:
    return make_user((people.centre, Role.COORDINATOR))


def contacts(people: People, number: int, **details: Any) -> list[Any]:
    made = [a_contact(people.handler, **details) for _number in range(number)]
    for contact in made:
        as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    return made


def prepared(people: People, clock: time_machine.Traveller, code: str = "2026-03") -> Release:
    """A prepared release of March with 26 contacts; the clock is in April."""
    load_regions(["DE"])
    contacts(people, 14, caller_type_id="parent", age_band="14_17")
    contacts(people, 12, caller_type_id="school", age_band="27_39")
    count()
    clock.move_to(APRIL)
    count()
    return prepare(people.coordinator, people, code)


def released(people: People, second: User, clock: time_machine.Traveller) -> Release:
    waiting = prepared(people, clock)
    made: Release = as_user(second, actions.release_figures, by=second, release_id=waiting.pk)
    return made


def row(release: Release, table: str, key: str) -> list[Any]:
    found = next(one for one in release.content["tables"] if one["code"] == table)
    figures: list[Any] = next(one for one in found["rows"] if one["code"] == key)["figures"]
    return figures


def test_figures_are_rounded_and_small_ones_hidden(people: People, clock: time_machine.Traveller) -> None:
    release = prepared(people, clock)
    assert row(release, "caller_group", "total") == [30]
    assert row(release, "caller_type", "parent") == [10]
    assert row(release, "caller_type", "employer") == ["<10"]
    assert row(release, "minor", "yes") == [10]
    assert release.digest == digest(release.content)
    assert release.content["control"] == {"small": 10, "base": 10}


def test_release_needs_a_second_person(people: People, second: User, clock: time_machine.Traveller) -> None:
    release = prepared(people, clock)
    with pytest.raises(actions.SamePerson):
        as_user(people.coordinator, actions.release_figures, by=people.coordinator, release_id=release.pk)
    as_user(second, actions.release_figures, by=second, release_id=release.pk)
    again = as_user(second, actions.release_figures, by=second, release_id=release.pk)
    assert again.is_released


def test_preparing_twice_returns_the_same_release(people: People, second: User, clock: time_machine.Traveller) -> None:
    release = prepared(people, clock)
    assert prepare(people.coordinator, people).pk == release.pk
    with pytest.raises(Refusal, match="already"):
        prepare(second, people)


def test_people_without_permission_cannot_prepare_a_release(people: People, clock: time_machine.Traveller) -> None:
    release = prepared(people, clock)
    for who in ("handler", "worker", "funder", "dpo", "administrator", "other_coordinator"):
        user: User = getattr(people, who)
        with pytest.raises(NotAllowed):
            prepare(user, people, "2026-02")
        for action in (actions.release_figures, actions.discard_release):
            with pytest.raises(NotAllowed):
                as_user(user, action, by=user, release_id=release.pk)


def test_period_that_has_not_ended_is_refused(people: People, clock: time_machine.Traveller) -> None:
    with pytest.raises(Refusal, match="not over"):
        prepare(people.coordinator, people, "2026-03")
    for code in ("2026-13", "2026-Q5", "26", "", "2026-3", "2026-03-01", "<script>"):
        with pytest.raises(LookupError):
            prepare(people.coordinator, people, code)


def test_uncounted_events_prevent_a_release(people: People, clock: time_machine.Traveller) -> None:
    load_regions(["DE"])
    contacts(people, 3)
    count()
    contacts(people, 3)
    clock.move_to(APRIL)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    with pytest.raises(Refusal, match="not counted"):
        prepare(people.coordinator, people)


def test_backlog_that_is_being_counted_prevents_a_release(people: People, clock: time_machine.Traveller) -> None:
    """A recently counted batch does not mean that everything is counted."""
    load_regions(["DE"])
    contacts(people, 6)
    clock.move_to(APRIL)
    count(limit=3)
    with pytest.raises(Refusal, match="not counted"):
        prepare(people.coordinator, people)


def test_overlapping_release_with_other_parameters_is_refused(
    people: People, second: User, clock: time_machine.Traveller, settings: Any
) -> None:
    released(people, second, clock)
    settings.DISCLOSURE = {"small": 5, "base": 5}
    with pytest.raises(Refusal, match="other parameters"):
        prepare(people.coordinator, people, "2026-Q1")
    settings.DISCLOSURE = {"small": 10, "base": 10}
    assert prepare(people.coordinator, people, "2026-Q1").kind == "quarter"


def test_a_late_correction_is_a_revision_in_the_next_release(
    people: People, second: User, clock: time_machine.Traveller
) -> None:
    release = released(people, second, clock)
    clock.move_to(MARCH)
    contacts(people, 20, caller_type_id="parent")
    clock.move_to(APRIL)
    count()
    later = prepare(people.coordinator, people, "2026-Q1")
    assert later.content["revisions"] == [{"period": "2026-03", "published": 30, "now": 50}]
    unchanged = as_user(people.coordinator, Release.objects.get, pk=release.pk)
    assert unchanged.is_whole
    assert unchanged.content == release.content


def test_database_refuses_changes_of_a_release(people: People, second: User, clock: time_machine.Traveller) -> None:
    release = released(people, second, clock)
    back = "state = 'prepared', ended_at = null, ended_by_id = null"
    for changed in ("content = '{}'", "digest = ''", "first = '2020-01-01'", "small = 1", "prepared_by_id = 1", back):
        for user in (people.coordinator, second, people.funder):
            if changed == back and user == people.funder:
                continue  # no row to change, hence no error
            with pytest.raises(DatabaseError):
                as_user(user, partial(execute, f"update publishing_release set {changed} where id = '{release.pk}'"))
    with pytest.raises(DatabaseError):
        as_user(second, partial(execute, f"delete from publishing_release where id = '{release.pk}'"))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class TestPages:
    def test_the_way_of_a_release(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        prepared(people, clock, "2026-02")
        first, other, funder = browser(people.coordinator), browser(second), browser(people.funder)
        answer = first.post("/releases/prepare/", {"period": "2026-03"})
        page = first.get(answer.url)
        assert "another coordinator has to release it" in page.text
        assert funder.get(answer.url).status_code == 404
        assert first.post(f"{answer.url}publish/").status_code == 409
        assert other.post(f"{answer.url}publish/").status_code == 302
        read = funder.get(answer.url)
        assert read.status_code == 200
        assert "&lt;10" in read.text
        assert "publish/" not in read.text
        assert [link.url for link in read.context["nav_links"]] == ["/releases/"]

    def test_funder_can_read_only_releases(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = released(people, second, clock)
        funder = browser(people.funder)
        assert funder.get("/").url == "/releases/"
        for path in (
            "figures/",
            "desk/",
            "cases/",
            "shift/",
            "shift/callers/",
            "telephone/hung-up/",
            "network/",
            "audit/",
        ):
            assert funder.get(f"/{path}").status_code == 404
        assert funder.post("/releases/prepare/", {"period": "2026-02"}).status_code == 404
        stranger = make_user((people.other_centre, Role.FUNDER))
        assert browser(stranger).get(f"/releases/{release.pk}/").status_code == 404

    def test_crafted_addresses(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = released(people, second, clock)
        funder = browser(people.funder)
        nothing = "00000000-0000-0000-0000-000000000000"
        filters = [f"?beside={value}" for value in ("1", "%00", nothing, release.pk)]
        forms = [f"figures.{form}" for form in ("exe", "json/x", "", "CSV", "pdf")]
        for crafted in (*filters, *forms):
            assert funder.get(f"/releases/{release.pk}/{crafted}").status_code == 404, crafted

    def test_files(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = released(people, second, clock)
        service = service_user(Service.STATISTICS)
        made = {"by": service, "release": release, "language": "en", "body": b"%PDF"}
        as_user(service, actions.keep_paper, **made)
        as_user(service, actions.keep_paper, **made)
        funder = browser(people.funder)
        whole = json.loads(funder.get(f"/releases/{release.pk}/figures.json").content)
        assert digest(whole) == release.digest
        for form, begins in {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF"}.items():
            answer = funder.get(f"/releases/{release.pk}/figures.{form}")
            assert answer.content.startswith(begins)
            assert f"2026-03-en.{form}" in answer["Content-Disposition"]
        assert as_user(people.coordinator, Paper.objects.count) == 1

    def test_a_public_page_needs_no_account(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = released(people, second, clock)
        anyone, public = Client(), f"/published/{release.pk}/"
        assert anyone.get(public).status_code == 404
        coordinator = browser(people.coordinator)
        coordinator.post(f"/releases/{release.pk}/public/", {"public": "yes"})
        assert anyone.get(public).status_code == 200
        assert anyone.get(f"{public}figures.csv").status_code == 200
        assert browser(people.worker).get(public).status_code == 200
        assert anyone.get(f"/releases/{release.pk}/").status_code == 302
        coordinator.post(f"/releases/{release.pk}/public/", {"public": "no"})
        assert anyone.get(public).status_code == 404

    def test_comparing(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = released(people, second, clock)
        contacts(people, 60, caller_type_id="school")
        clock.move_to(datetime(2026, 5, 3, 9, 0, tzinfo=UTC))
        count()
        april = prepare(people.coordinator, people, "2026-04")
        text = browser(second).get(f"/releases/{april.pk}/?beside={release.pk}").text
        assert "60, more than the 30 before" in text

    def test_discarding_frees_the_period(self, people: People, second: User, clock: time_machine.Traveller) -> None:
        release = prepared(people, clock)
        coordinator = browser(people.coordinator)
        assert coordinator.post(f"/releases/{release.pk}/discard/").status_code == 302
        assert coordinator.post(f"/releases/{release.pk}/discard/").status_code == 302
        assert browser(second).post(f"/releases/{release.pk}/publish/").status_code == 409
        assert prepare(people.coordinator, people).pk != release.pk

    def test_an_empty_centre(self, people: People) -> None:
        assert "Nothing has been released yet" in browser(people.funder).get("/releases/").text


def test_correcting_a_contact_moves_it_between_cells(people: People, clock: time_machine.Traveller) -> None:
    load_regions(["DE"])
    made = contacts(people, 12, caller_type_id="parent")
    for contact in made:
        changes = {"caller_type_id": "school"}
        as_user(people.handler, save_contact, by=people.handler, contact_id=contact, version=2, changes=changes)
    clock.move_to(APRIL)
    count()
    release = prepare(people.coordinator, people)
    assert (row(release, "caller_type", "school"), row(release, "caller_type", "parent")) == ([10], ["<10"])


@pytest.mark.parametrize(("zone", "offset"), [("Europe/Berlin", "+01:00"), ("Indian/Reunion", "+04:00")])
def test_a_release_says_until_when_in_the_time_of_its_centre(
    people: People, clock: time_machine.Traveller, zone: str, offset: str
) -> None:
    change(type(people.centre).objects.filter(pk=people.centre.pk), time_zone=zone)
    people.centre.refresh_from_db()
    assert prepared(people, clock).content["counted_until"].endswith(offset)
