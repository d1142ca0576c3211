"""The reviews of a release: planned with it, moved with its date, dropped when there is no release."""

from __future__ import annotations

import pytest
from case_rows import make_case
from django.utils import timezone
from past_policies import change
from people import People
from prison_releases import announced, cancelled, in_days, step
from reviews import held, reviews_of
from teams import Body, accepted, invited, make_body

from casework.cases.models import Case
from casework.releases import actions
from casework.releases.models import PrisonRelease
from casework.reviews.models import Review
from casework.reviews.states import ReviewState
from casework.reviews.vocabulary import Occasion, ReviewKind
from casework.teams.vocabulary import Hat
from foundation.accounts.models import Membership, User
from foundation.journal.models import Event
from foundation.privacy.context import acting_as


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


def days_of(release: PrisonRelease, reader: User) -> list[int]:
    """Of the reviews that are planned, the days before or after the release."""
    with acting_as(reader, purpose="test"):
        found = Review.objects.filter(about=release.pk, state=ReviewState.PLANNED).order_by("due_at")
        release = PrisonRelease.objects.get(pk=release.pk)
        return [(one.due_at.date() - release.release_date).days for one in found]


def test_announced_it_has_reviews_before_on_and_after_the_day(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    assert days_of(release, people.handler) == [-14, 0, 30]
    (first, *_others) = reviews_of(case, people.handler)
    assert (first.kind, first.occasion, first.about) == (ReviewKind.RELEASE, Occasion.RELEASE, release.pk)


def test_what_would_have_been_before_today_is_not_planned(people: People, case: Case) -> None:
    assert days_of(announced(people.handler, case, release_date=in_days(5)), people.handler) == [0, 30]


def test_they_move_with_the_date_also_when_a_body_moves_it_that_plans_no_reviews(people: People, case: Case) -> None:
    clinic = make_body("Clinic")
    accepted(invited(people.handler, case, clinic.organisation, hats=[Hat.WORKS]), clinic.person)
    release = announced(people.handler, case, clinic.organisation, user=clinic.person)
    step(clinic.person, actions.move_date, release, release_date=in_days(60), reason="The court says so.")
    assert days_of(release, people.handler) == [-14, 0, 30]
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(kind="review.moved").count() == 3


def test_what_was_held_stays_where_it_was(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    first = held(people.handler, reviews_of(case, people.handler)[0])
    step(people.handler, actions.move_date, release, release_date=in_days(60), reason="The court says so.")
    assert days_of(release, people.handler) == [0, 30]
    assert next(one for one in reviews_of(case, people.handler) if one.pk == first.pk).due_at == first.due_at


def test_they_are_dropped_when_there_is_no_release(people: People, case: Case) -> None:
    release = cancelled(people.handler, announced(people.handler, case))
    assert days_of(release, people.handler) == []
    assert {one.state for one in reviews_of(case, people.handler)} == {ReviewState.DROPPED}
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(kind="review.dropped").count() == 3


def test_who_has_left_the_centre_is_not_asked_to_hold_them(people: People, case: Case) -> None:
    change(Membership.objects.filter(user=people.handler), ended_at=timezone.now(), ended_by_id=people.coordinator.pk)
    assert days_of(announced(people.coordinator, case, user=None), people.coordinator) == [-14, 0, 30]
    assert {one.user_id for one in reviews_of(case, people.coordinator)} == {None}


def test_a_body_that_coordinates_announces_one(people: People, case: Case) -> None:
    office: Body = make_body("Probation office")
    hats = [Hat.WORKS, Hat.PROCESS]
    accepted(invited(people.handler, case, office.organisation, hats=hats), office.person, office.deputy)
    release = announced(office.person, case, office.organisation, user=office.person)
    assert days_of(release, office.person) == [-14, 0, 30]
    assert {one.user_id for one in reviews_of(case, office.person)} == {office.person.pk}
