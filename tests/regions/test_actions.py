from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from people import People

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from regions.actions import (
    Invalid,
    add_liaison,
    end_liaison,
    pause_intake,
    resume_intake,
    save_liaison,
    save_profile,
    set_coverage,
    subject_of,
)
from regions.models import Coverage, IntakePause, Liaison, OpeningHours, PartnerProfile, PostalCode, Region
from regions.vocabulary import PauseReason, Sector

OFFER: dict[str, Any] = {
    "services": ["relatives", "exit"],
    "phenomena": ["right"],
    "languages": ["de"],
    "capacity": 5,
    "is_national": False,
}
TODAY = date(2026, 3, 3)


@pytest.fixture
def coordinator(people: People) -> Iterator[User]:
    with acting_as(people.coordinator, purpose="test"):
        yield people.coordinator


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_profile_is_saved_once_and_journalled_once(people: People, coordinator: User) -> None:
    for _click in range(2):
        profile = save_profile(by=coordinator, organisation=people.partner, version=0, **OFFER)
    assert (profile.version, profile.services, profile.capacity) == (1, ["exit", "relatives"], 5)
    event = Event.objects.get()
    assert (event.kind, event.centre_id, event.subject) == (
        "profile.changed",
        people.centre.pk,
        subject_of(people.partner),
    )
    assert event.data == {
        "organisation": people.partner.pk,
        "services": ["exit", "relatives"],
        "phenomena": ["right"],
        "phone": "",
        "languages": ["de"],
        "capacity": 5,
        "is_national": False,
    }
    assert event.tell == [f"organisation.{people.partner.pk}"]


def test_an_outdated_profile_is_refused(people: People, coordinator: User) -> None:
    save_profile(by=coordinator, organisation=people.partner, version=0, **OFFER)
    with pytest.raises(Stale):
        save_profile(by=coordinator, organisation=people.partner, version=0, **{**OFFER, "capacity": 9})
    assert PartnerProfile.objects.get().capacity == 5
    assert kinds() == ["profile.changed"]


def test_coverage_is_exactly_what_was_chosen(people: People, coordinator: User) -> None:
    two = Region.objects.filter(pk__in=["DE-BE", "DE-BB"])
    set_coverage(by=coordinator, organisation=people.partner, regions=two, version=0)
    set_coverage(by=coordinator, organisation=people.partner, regions=two, version=0)
    set_coverage(by=coordinator, organisation=people.partner, regions=two[:1], version=1)
    assert list(people.partner.coverage.values_list("region", flat=True)) == ["DE-BB"]
    assert [event.data for event in Event.objects.order_by("id")] == [
        {"organisation": people.partner.pk, "added": ["DE-BB", "DE-BE"], "dropped": []},
        {"organisation": people.partner.pk, "added": [], "dropped": ["DE-BE"]},
    ]
    with pytest.raises(Stale):
        set_coverage(by=coordinator, organisation=people.partner, regions=two, version=1)


def test_a_pause_and_its_end(people: People, partner_coordinator: User) -> None:
    with acting_as(partner_coordinator, purpose="test"):
        values: dict[str, Any] = {
            "by": partner_coordinator,
            "organisation": people.partner,
            "starts_on": TODAY,
            "ends_on": None,
            "reason": PauseReason.STAFF,
        }
        pause = pause_intake(**values)
        assert pause_intake(**values) == pause
        until = TODAY + timedelta(days=7)
        assert pause_intake(**{**values, "ends_on": until}) == pause
        assert IntakePause.objects.get().ends_on == until
        assert resume_intake(by=partner_coordinator, pause=pause) is True
        assert resume_intake(by=partner_coordinator, pause=pause) is False
        assert pause_intake(**values) != pause
        assert kinds() == ["intake.paused", "intake.paused", "intake.resumed", "intake.paused"]
        assert Event.objects.order_by("id")[1].data == {
            "organisation": people.partner.pk,
            "from": "2026-03-03",
            "until": "2026-03-10",
            "reason": "staff",
        }


def test_a_pause_does_not_end_before_it_starts(people: People, coordinator: User) -> None:
    with pytest.raises(Invalid):
        pause_intake(
            by=coordinator,
            organisation=people.partner,
            starts_on=TODAY,
            ends_on=TODAY - timedelta(days=1),
            reason=PauseReason.FULL,
        )


def test_which_pauses_hold_on_a_day(people: People, coordinator: User) -> None:
    def pause(start: int, end: int | None) -> IntakePause:
        days = (TODAY + timedelta(days=start), None if end is None else TODAY + timedelta(days=end))
        return pause_intake(
            by=coordinator, organisation=people.partner, starts_on=days[0], ends_on=days[1], reason=PauseReason.FULL
        )

    pause(-9, -1)
    ended = pause(-8, None)
    last_day, first_day, later = pause(-5, 0), pause(0, 3), pause(1, 2)
    resume_intake(by=coordinator, pause=ended)
    assert set(IntakePause.objects.on(TODAY)) == {last_day, first_day}
    assert set(IntakePause.objects.ending_from(TODAY)) == {last_day, first_day, later}


def test_a_liaison_is_added_changed_and_ended(people: People, coordinator: User) -> None:
    berlin = Region.objects.get(pk="DE-BE")
    post = {"sector": Sector.POLICE, "region": berlin, "post": "Example police station, prevention desk"}
    liaison = add_liaison(by=coordinator, **post, email="desk@example.org")  # type: ignore[arg-type]
    assert add_liaison(by=coordinator, **post) == liaison  # type: ignore[arg-type]
    changed: dict[str, Any] = {**post, "phone": "+49 30 23125 000", "last_contact_on": TODAY}
    for _click in range(2):
        save_liaison(by=coordinator, liaison=liaison, version=0, **changed)
    assert (liaison.version, liaison.phone, liaison.email) == (1, "+49 30 23125 000", "")
    with pytest.raises(Stale):
        save_liaison(by=coordinator, liaison=liaison, version=0, **post)  # type: ignore[arg-type]
    assert end_liaison(by=coordinator, liaison=liaison) is True
    assert end_liaison(by=coordinator, liaison=liaison) is False
    with pytest.raises(Stale):
        save_liaison(by=coordinator, liaison=liaison, version=1, **post)  # type: ignore[arg-type]
    assert Liaison.objects.get().ended_on == timezone.localdate()
    assert add_liaison(by=coordinator, **post) != liaison  # type: ignore[arg-type]
    assert kinds() == ["liaison.added", "liaison.changed", "liaison.ended", "liaison.added"]
    data = Event.objects.earliest("id").data
    assert data == {"liaison": liaison.pk, "sector": "police", "region": "DE-BE"}


def every_edit(people: People, liaison: Liaison) -> list[tuple[Callable[..., Any], dict[str, Any]]]:
    berlin = Region.objects.get(pk="DE-BE")
    post = {"sector": Sector.SCHOOL, "region": berlin, "post": "Example school"}
    return [
        (save_profile, {"organisation": people.partner, "version": 0, **OFFER}),
        (set_coverage, {"organisation": people.partner, "regions": [berlin], "version": 0}),
        (add_liaison, post),
        (save_liaison, {"liaison": liaison, "version": 0, **post}),
        (end_liaison, {"liaison": liaison}),
    ]


def test_only_centre_coordinators_and_administrators_edit(people: People, partner_coordinator: User) -> None:
    berlin = Region.objects.get(pk="DE-BE")
    liaison = Liaison.objects.create(sector=Sector.PRISON, region=berlin, post="Example prison")
    editors = {people.coordinator, people.other_coordinator, people.administrator}
    for user in [*people.everybody, partner_coordinator]:
        if user in editors:
            continue
        with acting_as(user, purpose="test"):
            for action, arguments in every_edit(people, liaison):
                with pytest.raises(NotAllowed):
                    action(by=user, **arguments)
    liaison.refresh_from_db()
    assert (liaison.version, liaison.ended_on, Liaison.objects.count()) == (0, None, 1)
    assert not PartnerProfile.objects.exists()


def test_who_may_pause_a_partner(people: People, partner_coordinator: User) -> None:
    allowed = set()
    values: dict[str, Any] = {"starts_on": TODAY, "ends_on": None, "reason": PauseReason.FULL}
    pause = IntakePause.objects.create(organisation=people.partner, starts_on=TODAY, reason="staff")
    for user in [*people.everybody, partner_coordinator]:
        with acting_as(user, purpose="test"):
            try:
                pause_intake(by=user, organisation=people.partner, **values)
                allowed.add(user)
            except NotAllowed:
                with pytest.raises(NotAllowed):
                    resume_intake(by=user, pause=pause)
    assert allowed == {people.coordinator, people.other_coordinator, partner_coordinator}
    with acting_as(partner_coordinator, purpose="test"), pytest.raises(NotAllowed):
        pause_intake(by=partner_coordinator, organisation=people.other_partner, **values)


def test_no_row_shows_more_than_its_key(people: People) -> None:
    """What lands in logs and messages: no name, no address."""
    berlin = Region.objects.get(pk="DE-BE")
    rows = [
        PartnerProfile(organisation=people.partner),
        IntakePause(pk=3, organisation=people.partner),
        OpeningHours(organisation=people.partner, weekday=2),
        Coverage(organisation=people.partner, region=berlin),
        Liaison(pk=4, post="Example police station"),
        PostalCode(country="DE", code="10115", places="Berlin"),
    ]
    key = people.partner.pk
    assert [str(row) for row in rows] == [
        f"profile of organisation {key}",
        "pause 3",
        f"organisation {key}, weekday 2",
        f"organisation {key} in DE-BE",
        "liaison 4",
        "DE 10115",
    ]
