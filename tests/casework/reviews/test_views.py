"""The pages of reviews: planned, held, moved and dropped by form, and what bad input gets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from case_rows import give, make_case
from django.urls import reverse
from django.utils import timezone
from people import People, new_id
from reviews import following, held, of_centre, plan_in_force, planned_review, reviews_of, stored
from teams import Body, accepted, invited, make_body
from web import browser

from casework.cases.models import Case
from casework.reviews.actions import CannotHold
from casework.reviews.models import Review
from casework.reviews.permissions import Holder, holders_for
from casework.reviews.states import ReviewState
from casework.reviews.vocabulary import ReviewKind
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.privacy.context import acting_as


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, alias="zqAlias", notes="zqNotes")


@pytest.fixture
def police(people: People, case: Case) -> Body:
    body = make_body("Police")
    accepted(invited(people.handler, case, body.organisation), body.person)
    return body


def page(user: User, name: str, *arguments: Any) -> str:
    answer = browser(user).get(reverse(f"reviews:{name}", args=arguments))
    return re.sub(r"\s+", " ", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)


def post(user: User, name: str, *arguments: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"reviews:{name}", args=arguments), values)


def in_days(days: float) -> str:
    return (timezone.localtime() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def found(review: Review, **values: Any) -> dict[str, Any]:
    questions = {"on_track": "partly", "findings": "three days a week", "adjustment": "plan", "changes": "a mentor"}
    return {"version": review.version, **questions, "next_id": new_id(), **values}


def test_a_review_is_planned_and_held_by_form(people: People, case: Case, police: Body) -> None:
    assert "None is planned" in page(people.handler, "of_case", case.pk)
    key, holder = new_id(), f"{police.organisation.pk}-{police.person.pk}"
    planned = {"review_id": key, "kind": "plan", "due_at": in_days(5), "holder": holder, "topic": "zqTopic"}
    assert post(people.handler, "plan", case.pk, **planned).status_code == 302
    assert "zqTopic" in page(police.person, "review", key)
    assert "Plan a review" not in page(police.person, "of_team", case.pk)
    with acting_as(police.person, purpose="test"):
        review = Review.objects.get(pk=key)
    without = post(police.person, "hold", key, **found(review))
    assert without.status_code == 422
    assert "say below why none follows" in without.content.decode()
    done = found(review, reason="zqLast", took_part=[police.organisation.pk, people.centre.pk])
    assert post(police.person, "hold", key, **done).status_code == 302
    assert post(police.person, "hold", key, **done).status_code == 302, "posted twice"
    shown = page(people.handler, "review", key)
    for words in ("three days a week", "a mentor", "zqLast", "Police", "The plan has to change"):
        assert words in shown


def test_the_next_one_is_planned_unless_there_is_one(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    assert "The next review" in page(people.handler, "hold", review.pk)
    next_one = {"next_due_at": in_days(30), "next_holder": f"{people.centre.pk}-{people.handler.pk}"}
    assert post(people.handler, "hold", review.pk, **found(review, **next_one)).status_code == 302
    later = next(one for one in reviews_of(case, people.handler) if one.pk != review.pk)
    planned_review(people.handler, case, of_centre(people))
    assert "The next review" not in page(people.handler, "hold", later.pk)
    assert post(people.handler, "hold", later.pk, **found(later)).status_code == 302


def test_monitoring_has_a_short_form_with_a_warning_sign(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people), kind=ReviewKind.MONITORING)
    shown = page(people.handler, "hold", review.pk)
    assert "Is the person doing well?" in shown
    assert "Are there side effects?" not in shown
    seen = {"on_track": "no", "findings": "left his job", "has_warning_sign": "on", "reason": "x"}
    answer = post(people.handler, "hold", review.pk, version=review.version, next_id=new_id(), **seen)
    assert answer.status_code == 302
    assert stored(review, people.handler).has_warning_sign
    assert "warning sign" in page(people.handler, "of_case", case.pk)


def test_moved_by_form_it_leads_to_the_new_one(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    key = new_id()
    move = {
        "version": review.version,
        "next_id": key,
        "due_at": in_days(9),
        "holder": f"{people.centre.pk}-{people.handler.pk}",
    }
    assert post(people.handler, "move", review.pk, **move).status_code == 422, "without a reason"
    answer = post(people.handler, "move", review.pk, **move, reason="holidays")
    assert answer.headers["Location"] == reverse("reviews:review", args=[key])
    assert "holidays" in page(people.handler, "review", review.pk)
    assert 'id="to-next"' in page(people.handler, "review", review.pk)


def test_a_review_that_is_over_is_not_held_again(people: People, case: Case) -> None:
    review = planned_review(people.handler, case, of_centre(people))
    assert post(people.handler, "drop", review.pk, version=review.version, reason="not needed").status_code == 302
    assert page(people.handler, "hold", review.pk) == "409"
    assert post(people.handler, "hold", review.pk, **found(review, reason="x")).status_code == 409
    assert stored(review, people.handler).state == ReviewState.DROPPED


def test_whose_holder_has_left_is_told(people: People, case: Case, police: Body) -> None:
    form = {"review_id": new_id(), "kind": "plan", "due_at": in_days(5), "holder": f"{police.organisation.pk}-999999"}
    assert post(people.handler, "plan", case.pk, **form).status_code == 422


@pytest.mark.parametrize(
    "bad",
    [
        {"due_at": "yesterday"},
        {"due_at": "1999-01-01T10:00"},
        {"due_at": "2999-01-01T10:00"},
        {"holder": ""},
        {"kind": "monitoring"},
        {"topic": "x" * 5_000},
        {"review_id": "no id"},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_bad_input_is_kept_and_explained(people: People, case: Case, bad: dict[str, str]) -> None:
    good = {
        "review_id": new_id(),
        "kind": "plan",
        "due_at": in_days(5),
        "holder": f"{people.centre.pk}-{people.handler.pk}",
    }
    assert post(people.handler, "plan", case.pk, **{**good, **bad}).status_code == 422
    assert reviews_of(case, people.handler) == []


def test_others_learn_nothing(people: People, case: Case, police: Body) -> None:
    review = planned_review(people.handler, case, Holder(police.organisation, police.person))
    stranger = make_body("Stranger").person
    for user in (stranger, people.colleague, people.worker, people.other_handler, people.dpo):
        assert page(user, "review", review.pk) == "404"
        assert post(user, "drop", review.pk, version=review.version, reason="x").status_code == 404
    assert post(police.person, "drop", review.pk, version=review.version, reason="x").status_code == 404


def test_many_past_ones_are_folded(people: People, case: Case) -> None:
    plan_in_force(people, case)
    for _number in range(7):
        held(people.handler, planned_review(people.handler, case, of_centre(people)), following(of_centre(people)))
    assert "2 earlier ones" in page(people.handler, "of_case", case.pk)


def test_whoever_can_be_chosen_opens_it(people: People, case: Case, police: Body) -> None:
    """Others of the centre would have it on Today and could not open it."""
    content = accepted(invited(people.handler, case, people.body, hats=[Hat.CONTENT]), people.liaison)
    for planner in (people.handler, people.liaison):
        with acting_as(planner, purpose="test"):
            holders = holders_for(planner, case.pk, people.centre)
        assert {people.centre.pk, police.organisation.pk, content.organisation_id} == {
            one.organisation.pk for one in holders
        }
        for holder in holders:
            review = planned_review(planner, case, holder)
            assert holder.user is not None
            assert "h-review" in page(holder.user, "review", review.pk)


@pytest.mark.parametrize("who", ["colleague", "shift"])
def test_who_could_not_open_it_is_refused(people: People, case: Case, who: str) -> None:
    holder = Holder(people.centre, people.colleague if who == "colleague" else None)
    with pytest.raises(CannotHold):
        planned_review(people.handler, case, holder)


def test_while_nobody_has_the_case_it_is_the_shifts(people: People, case: Case) -> None:
    give(people, case, None)
    review = planned_review(people.colleague, case, Holder(people.centre, None))
    assert "h-review" in page(people.colleague, "review", review.pk)
