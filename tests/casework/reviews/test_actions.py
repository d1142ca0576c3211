"""How reviews are planned, held, moved and missed; what each may do, twice, late and from a stale tab."""

from __future__ import annotations

from typing import Any

import pytest
from assessments import make_contact
from case_assessments import asked, delivered
from case_rows import make_case
from django.db import ProgrammingError, transaction
from past_policies import change
from people import People, as_user, new_id
from plans import agreed, begun, planned, proposed
from reviews import (
    ANSWERS,
    following,
    held,
    in_days,
    moved,
    of_centre,
    plan_in_force,
    planned_review,
    reviews_of,
    stored,
)
from teams import Body, accepted, invited, left, make_body
from web import browser

from casework.cases.actions import link_contact
from casework.cases.models import Case
from casework.cases.vocabulary import CloseReason
from casework.reviews import actions
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.reviews.states import ReviewState
from casework.reviews.vocabulary import Occasion, ReviewKind
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def school(people: People, case: Case) -> Body:
    return in_team(people, case, make_body("School"))


@pytest.fixture
def youth_office(people: People, case: Case) -> Body:
    """Coordinates the process."""
    return in_team(people, case, make_body("Youth office"), Hat.PROCESS)


def in_team(people: People, case: Case, body: Body, *hats: Hat) -> Body:
    accepted(invited(people.handler, case, body.organisation, hats=[Hat.WORKS, *hats]), body.person, body.deputy)
    return body


def member_of(body: Body) -> Member:
    with acting_as(body.person, purpose="test"):
        return Member.objects.get(organisation=body.organisation)


def holder(body: Body) -> Holder:
    return Holder(body.organisation, body.person)


def kinds(reader: User, review: Review) -> list[str]:
    with acting_as(reader, purpose="test"):
        return list(Event.objects.filter(subject=review.pk).order_by("pk").values_list("kind", flat=True))


def items(reader: User) -> list[tuple[str, int | None, bool]]:
    with acting_as(reader, purpose="test"):
        found = WorkItem.objects.filter(kind__startswith="review").order_by("listed_at")
        return list(found.values_list("kind", "user", "is_escalated"))


def proposed_ones(case: Case, reader: User) -> list[Review]:
    return [one for one in reviews_of(case, reader) if one.is_proposed]


def is_due(review: Review, days_ago: float) -> None:
    change(Review.objects.filter(pk=review.pk), due_at=in_days(-days_ago))


def sweep() -> None:
    change(WorkItem.objects.filter(kind="review"), next_at=in_days(-1))
    run_steps()


def test_a_review_is_work_of_who_holds_it_until_it_is_held(people: People, case: Case, school: Body) -> None:
    review = planned_review(people.handler, case, holder(school))
    assert items(school.person) == [("review", school.person.pk, False)]
    done = held(school.person, review)
    assert (done.state, done.held_by_id, done.findings) == (ReviewState.HELD, school.person.pk, ANSWERS.findings)
    assert items(school.person) == []
    assert kinds(people.handler, review) == ["review.planned", "review.held"]


def test_posted_twice_it_is_planned_and_held_once(people: People, case: Case) -> None:
    key = new_id()
    first, again = (planned_review(people.handler, case, of_centre(people), review_id=key) for _number in range(2))
    assert first.pk == again.pk
    held(people.handler, first)
    held(people.handler, first)
    assert kinds(people.handler, first) == ["review.planned", "review.held"]


def test_the_next_one_is_planned_in_the_same_step(people: People, case: Case, school: Body) -> None:
    review = planned_review(people.handler, case, of_centre(people, people.handler))
    later = following(holder(school))
    done = held(people.handler, review, later)
    assert done.next_id == later.review_id
    second = next(one for one in reviews_of(case, people.handler) if one.pk == later.review_id)
    assert (second.state, second.user_id, second.occasion) == (
        ReviewState.PLANNED, school.person.pk, Occasion.FOLLOWING,
    )  # fmt: skip


def test_moved_it_is_over_and_another_one_has_the_new_time(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    later = following(of_centre(people, people.handler), in_days(20))
    gone = moved(people.handler, review, later)
    moved(people.handler, review, later)
    assert (gone.state, gone.next_id, gone.reason) == (ReviewState.MOVED, later.review_id, "The school has holidays.")
    now = next(one for one in reviews_of(case, people.handler) if one.pk == later.review_id)
    assert (now.due_at, now.topic, now.state) == (later.due_at, "the brother", ReviewState.PLANNED)
    assert items(people.handler) == [("review", people.handler.pk, False)]


def test_missed_it_is_put_before_the_coordinators_and_can_still_be_held(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people, people.handler))
    is_due(review, 5)
    sweep()
    late = stored(review, people.handler)
    assert late.state == ReviewState.MISSED
    assert items(people.coordinator) == [("review", people.handler.pk, True)]
    assert held(people.handler, review).is_late
    assert kinds(people.handler, review)[1:] == ["review.reminded", "review.missed", "review.held"]


def test_a_plan_in_force_plans_its_review_in_four_weeks(people: People, case: Case) -> None:
    plan_in_force(people, case)
    (review,) = reviews_of(case, people.handler)
    assert (review.kind, review.occasion, review.state) == (ReviewKind.PLAN, Occasion.IN_FORCE, ReviewState.PLANNED)
    assert in_days(27) < review.due_at < in_days(31)
    assert review.user_id == people.handler.pk
    assert kinds(people.handler, review) == ["review.planned"]


def test_what_another_body_does_is_reviewed_a_week_later_by_who_coordinates_the_process(
    people: People, case: Case, youth_office: Body
) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, youth_office.organisation, due_at=in_days(10))
    proposed(people.handler, plan)
    agreed(youth_office.person, plan, youth_office.organisation)
    (review,) = reviews_of(case, people.handler)
    assert in_days(16) < review.due_at < in_days(20)
    assert (review.organisation_id, review.user_id) == (youth_office.organisation.pk, youth_office.person.pk)


def test_new_information_proposes_one_while_a_plan_is_in_force(people: People, case: Case) -> None:
    _link(people, case)
    assert reviews_of(case, people.handler) == []
    plan_in_force(people, case)
    _link(people, case)
    _link(people, case)
    (one,) = proposed_ones(case, people.handler)
    assert (one.state, one.occasion) == (ReviewState.PROPOSED, Occasion.CONTACT)
    assert ("review_proposed", people.handler.pk, False) in items(people.handler)
    assert kinds(people.handler, one) == ["review.proposed"]


def _link(people: People, case: Case) -> None:
    contact = make_contact(people.handler)
    as_user(people.handler, link_contact, by=people.handler, case_id=case.pk, contact=contact)


def test_a_delivered_assessment_proposes_one_unless_one_is_due_soon(people: People, case: Case) -> None:
    plan_in_force(people, case)
    soon = planned_review(people.handler, case, of_centre(people), due_at=in_days(3))
    delivered(asked(people.handler, case, people.handler, people.centre), people.handler)
    assert {one.state for one in reviews_of(case, people.handler)} == {ReviewState.PLANNED}
    held(people.handler, soon)
    delivered(asked(people.handler, case, people.handler, people.centre), people.handler)
    assert [one.occasion for one in proposed_ones(case, people.handler)] == [Occasion.ASSESSMENT]


def test_a_proposed_one_is_accepted_with_a_time_or_dropped_with_a_reason(people: People, case: Case) -> None:
    plan_in_force(people, case)
    _link(people, case)
    (one,) = proposed_ones(case, people.handler)
    accept = {"review_id": one.pk, "version": one.version, "due_at": in_days(4), "holder": of_centre(people)}
    as_user(people.handler, actions.accept_review, by=people.handler, **accept)
    as_user(people.handler, actions.accept_review, by=people.handler, **accept)
    now = stored(one, people.handler)
    assert (now.state, now.due_at) == (ReviewState.PLANNED, accept["due_at"])
    drop = {"review_id": one.pk, "version": now.version, "reason": "The contact was about somebody else."}
    as_user(people.handler, actions.drop_review, by=people.handler, **drop)
    assert stored(one, people.handler).state == ReviewState.DROPPED
    assert kinds(people.handler, one) == ["review.proposed", "review.planned", "review.dropped"]


def test_outdated_and_unknown_are_refused(people: People, case: Case, school: Body) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    stale = {"review_id": review.pk, "version": review.version + 1}
    for action, values in (
        (actions.hold_review, {"answers": ANSWERS, "following": None}),
        (actions.move_review, {"reason": "no time", "following": following(of_centre(people))}),
        (actions.drop_review, {"reason": "not needed"}),
    ):
        with pytest.raises(Stale):
            as_user(people.handler, action, by=people.handler, **stale, **values)
    with pytest.raises(NotAllowed):
        as_user(people.handler, actions.drop_review, by=people.handler, review_id=new_id(), version=1, reason="x")
    left_body = make_body("Nobody of the team")
    with pytest.raises(actions.CannotHold):
        planned_review(people.handler, case, holder(left_body))
    with pytest.raises(actions.NotInTeam):
        held(people.handler, review, answers=_with(left_body))


def _with(body: Body) -> Any:
    return actions.Answers(on_track=ANSWERS.on_track, findings="x", took_part=[body.organisation.pk])


def test_a_body_holds_its_own_and_plans_nothing_for_others(people: People, case: Case, school: Body) -> None:
    of_other = planned_review(people.handler, case, of_centre(people))
    with pytest.raises(NotAllowed):
        held(school.person, of_other)
    with pytest.raises(NotAllowed):
        planned_review(school.person, case, holder(school))
    own = planned_review(people.handler, case, holder(school))
    with pytest.raises(actions.CannotHold):
        held(school.person, own, following(of_centre(people)))
    assert held(school.person, own, following(holder(school))).is_held


def test_who_coordinates_the_process_plans(people: People, case: Case, youth_office: Body, school: Body) -> None:
    review = planned_review(youth_office.person, case, holder(school))
    assert review.user_id == school.person.pk
    with pytest.raises(NotAllowed):
        planned_review(make_body("Another").person, case, of_centre(people))


def test_what_a_body_has_goes_back_when_it_leaves(people: People, case: Case, school: Body) -> None:
    review = planned_review(people.handler, case, holder(school))
    left(member_of(school), school.person)
    now = stored(review, people.handler)
    assert (now.organisation_id, now.user_id) == (people.centre.pk, people.handler.pk)
    assert items(people.handler) == [("review", people.handler.pk, False)]
    assert browser(people.handler).get(f"/reviews/{review.pk}/").status_code == 200
    with acting_as(school.person, purpose="test"):
        assert not Review.objects.exists()


def test_closing_drops_what_is_open(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.OTHER)
    assert stored(review, people.handler).state == ReviewState.DROPPED
    with pytest.raises(Stale):
        planned_review(people.handler, case, of_centre(people))


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": in_days(90)},
        {"state": "proposed"},
        {"user_id": None, "organisation_id": None},
        {"state": "held", "held_at": in_days(0), "on_track": "yes"},
        {"state": "missed", "missed_at": in_days(0)},
    ],
    ids=["time", "back", "holder", "in nobody's name", "missed"],
)
def test_the_database_refuses_what_the_actions_do_not_do(people: People, case: Case, values: dict[str, Any]) -> None:
    review = planned_review(people.handler, case, of_centre(people, people.handler))
    values = {**values, **({"organisation_id": people.other_centre.pk} if "organisation_id" in values else {})}
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**values)


def test_a_review_is_not_taken_to_another_key(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    other = planned_review(people.handler, make_case(people.handler), of_centre(people))
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(data_key_id=other.data_key_id)
