"""The year of monitoring: four reviews; a warning sign proposes to open the case again; after the last it is closed."""

from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from closures import closed_together
from people import People, as_user
from teams import Body, accepted, invited, make_body

from casework.cases.actions import reopen_case
from casework.cases.models import Case
from casework.cases.vocabulary import ReopenCause
from casework.closures.models import Closure, Reopening
from casework.closures.monitoring import QUARTER, REVIEWS
from casework.reviews.actions import Answers, hold_review
from casework.reviews.models import Review
from casework.reviews.states import ReviewState
from casework.reviews.vocabulary import OnTrack, ReviewKind
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import close_case

SIGN = "He was seen with them."


@pytest.fixture
def school() -> Body:
    return make_body("School")


@pytest.fixture
def case(people: People, school: Body) -> Case:
    """Monitored."""
    made = make_case(people.handler)
    accepted(invited(people.handler, made, school.organisation, hats=[Hat.WORKS]), school.person)
    closed_together(people.handler, people.coordinator, made, (school.person, school.organisation), is_monitored=True)
    return made


def reviews(reader: User) -> list[Review]:
    with acting_as(reader, purpose="test"):
        return list(Review.objects.filter(kind=ReviewKind.MONITORING).order_by("due_at"))


def held(by: User, review: Review, **answers: Any) -> None:
    said = Answers(on_track=OnTrack.YES, findings=SIGN, **answers)
    values = {"review_id": review.pk, "version": review.version, "answers": said, "following": None}
    as_user(by, hold_review, by=by, reason="The others are planned.", **values)


def is_over(reader: User) -> bool:
    with acting_as(reader, purpose="test"):
        return WorkItem.objects.filter(kind="monitoring_over").exists()


def test_four_reviews_are_planned_a_quarter_apart(people: People, case: Case) -> None:
    with acting_as(people.handler, purpose="test"):
        closure = Closure.objects.get()
    planned = reviews(people.handler)
    assert [one.due_at for one in planned] == [closure.ended_at + number * QUARTER for number in range(1, REVIEWS + 1)]
    assert {one.state for one in planned} == {ReviewState.PLANNED}


def test_after_the_last_one_the_case_is_to_be_closed(people: People, case: Case) -> None:
    for review in reviews(people.handler):
        assert not is_over(people.handler)
        held(people.handler, review)
    assert is_over(people.handler)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk)
    assert not is_over(people.handler)


def test_a_warning_sign_proposes_to_open_it_again_once(people: People, case: Case, school: Body) -> None:
    first, second, *_others = reviews(people.handler)
    for review in (first, second):
        held(people.handler, review, has_warning_sign=True)
    with acting_as(school.person, purpose="test"):
        found = Reopening.objects.select_related("data_key").get()
        assert (found.cause, found.words) == (ReopenCause.WARNING_SIGN, SIGN)


def test_opened_again_what_is_planned_is_dropped(people: People, case: Case) -> None:
    first, *others = reviews(people.handler)
    held(people.handler, first)
    as_user(people.handler, reopen_case, by=people.handler, case_id=case.pk, cause=ReopenCause.ASKED)
    states = [one.state for one in reviews(people.handler)]
    assert states == [ReviewState.HELD, *[ReviewState.DROPPED] * len(others)]
    assert not is_over(people.handler)


def test_closed_early_what_is_planned_is_dropped(people: People, case: Case) -> None:
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk)
    assert {one.state for one in reviews(people.handler)} == {ReviewState.DROPPED}
    assert not is_over(people.handler)
