"""What is counted of plans, reviews, meetings, closings, monitoring and repeated assessments: live and for releases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from case_assessments import ANSWERS, asked, begun, delivered
from case_rows import make_case
from closures import closed_together
from django.db import DatabaseError
from django.utils import timezone
from people import People, as_user, new_id
from plans import begun as begun_plan
from plans import proposed as proposed_plan
from plans import with_goal
from releases import count
from reviews import following, held, in_days, moved, of_centre, plan_in_force, planned_review
from teams import Body, accepted, invited, make_body

from casework.assessments.models import AssessmentRating
from casework.assessments.vocabulary import Shares
from casework.cases.actions import reopen_case
from casework.cases.models import Action, Case
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.cases.work_actions import add_action, drop_action, finish_action
from casework.plans.actions import note_outcome
from casework.plans.vocabulary import Outcome
from casework.reviews.actions import Answers
from casework.reviews.models import Review
from casework.reviews.vocabulary import OnTrack
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case
from reporting.figures import counts
from reporting.figures.models import Cell
from reporting.figures.periods import period


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def school(people: People, case: Case) -> Body:
    body = make_body("School")
    accepted(invited(people.handler, case, body.organisation, hats=[Hat.WORKS]), body.person, body.deputy)
    return body


def figures(people: People, *codes: str) -> dict[str, dict[str, int]]:
    """By measure and key, over all months; the live page and the counts for releases say the same."""
    count()
    with acting_as(people.coordinator, purpose="test"):
        rows = Cell.objects.filter(number__gt=0, measure__in=codes).values_list("measure", "month", "key", "number")
        cells = Counter({(measure, month, key): number for measure, month, key, number in rows})
    chosen = period("12-months", timezone.now(), people.centre.zone)
    chosen = replace(chosen, last=chosen.last + timedelta(days=400))
    live = as_user(people.coordinator, partial(counts.live, people.centre, chosen))
    first = chosen.months[0]
    assert {cell: number for cell, number in cells.items() if cell[1] >= first and cell[0] in counts.SHOWN} == {
        cell: number for cell, number in live.items() if cell[0] in codes
    }
    found: dict[str, dict[str, int]] = {code: {} for code in codes}
    for (measure, _month, key), number in cells.items():
        found[measure][key] = found[measure].get(key, 0) + number
    return found


def only(people: People, code: str) -> dict[str, int]:
    return figures(people, code)[code]


def added(people: People, case: Case, days: float = 2) -> Action:
    due = timezone.now() + timedelta(days=days)
    asked_for = {
        "action_id": new_id(),
        "case_id": case.pk,
        "text": "Visit him.",
        "strand": "social",
        "due_at": due,
        "to": None,
    }
    made: Action = as_user(people.handler, add_action, by=people.handler, **asked_for)
    return made


def done(people: People, action: Action, **values: Any) -> None:
    step = {"action_id": action.pk, "version": action.version, "result": "Done.", **values}
    as_user(people.handler, finish_action, by=people.handler, **step)


def test_actions_by_what_became_of_them(people: People, case: Case) -> None:
    in_time, late, dropped, _left = (added(people, case) for _number in range(4))
    done(people, in_time)
    step = {"action_id": dropped.pk, "version": dropped.version, "reason": "not_needed", "result": "-"}
    as_user(people.handler, drop_action, by=people.handler, **step)
    with time_machine.travel(late.due_at + timedelta(minutes=1)):
        done(people, late)
    assert only(people, "action_end") == {"in_time": 1, "late": 1, "dropped": 1, "open": 1}


@pytest.mark.parametrize(
    ("days", "key"), [(1, "7d"), (7.5, "14d"), (15, "28d"), (29, "84d"), (85, "longer"), (None, "none")]
)
def test_the_first_meeting_with_the_person(people: People, case: Case, days: float | None, key: str) -> None:
    with time_machine.travel(case.opened_at + timedelta(minutes=5)):
        visit, again, call = (added(people, case, days=200) for _number in range(3))
        done(people, call)
    if days is not None:
        for action, after in ((visit, days), (again, days + 90)):
            with time_machine.travel(case.opened_at + timedelta(days=after)):
                done(people, action, met_person=True)
    assert only(people, "first_meeting") == {key: 1}


def test_reviews_in_time_late_moved_and_dropped(people: People, case: Case) -> None:
    holder = of_centre(people, people.handler)
    in_time, late, put_off, _left = (planned_review(people.handler, case, holder) for _number in range(4))
    held(people.handler, in_time)
    moved(people.handler, put_off, following(holder, in_days(20)))
    with time_machine.travel(late.due_at + timedelta(days=6)):
        run_steps()
        held(people.handler, late)
    assert only(people, "review_end") == {"in_time": 1, "late": 1, "moved": 1, "open": 2}


def test_proposed_reviews_do_not_count(people: People, case: Case) -> None:
    plan_in_force(people, case)
    delivered(asked(people.handler, case, people.handler, people.centre), people.handler)
    with acting_as(people.handler, purpose="test"):
        states = sorted(Review.objects.of_case(case.pk).values_list("state", flat=True))
    assert states == ["planned", "proposed"]
    assert only(people, "review_end") == {"open": 1}


def test_the_last_result_of_a_goal_counts_in_the_month_of_the_first(people: People, case: Case) -> None:
    plan = begun_plan(people.handler, case)
    goals = [with_goal(people.handler, plan) for _number in range(2)]
    proposed_plan(people.handler, plan)
    noted(people.handler, goals[0].pk, Outcome.NOT_MET)
    noted(people.handler, goals[1].pk, Outcome.GIVEN_UP)
    assert only(people, "goal_result") == {"not_met": 1, "given_up": 1}
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        noted(people.handler, goals[0].pk, Outcome.MET)
    assert only(people, "goal_result") == {"met": 1, "given_up": 1}
    with acting_as(people.coordinator, purpose="test"):
        months = set(Cell.objects.filter(measure="goal_result", number__gt=0).values_list("month", flat=True))
    assert months == {timezone.localdate().replace(day=1)}


def noted(by: User, goal: Any, outcome: Outcome) -> None:
    said_of = {"outcome_id": new_id(), "goal_id": goal, "outcome": outcome, "evidence": "We saw it."}
    as_user(by, note_outcome, by=by, **said_of)


ENDS = ("close_reason", "case_duration", "case_outcome", "monitoring_end")


def test_a_case_that_is_opened_again_is_not_closed_and_counts_again_later(people: People, case: Case) -> None:
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)
    assert only(people, "close_reason") == {"moved": 1}
    as_user(people.handler, reopen_case, by=people.handler, case_id=case.pk, cause=ReopenCause.ASKED)
    assert figures(people, *ENDS) == {code: {} for code in ENDS}
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.OTHER)
    assert only(people, "close_reason") == {"other": 1}


def monitored(people: People, case: Case, school: Body) -> None:
    closed_together(people.handler, people.coordinator, case, (school.person, school.organisation), is_monitored=True)


def test_the_year_of_monitoring_is_no_part_of_the_duration(people: People, case: Case, school: Body) -> None:
    monitored(people, case, school)
    assert figures(people, *ENDS) == {
        "close_reason": {"goals_met": 1}, "case_duration": {"1m": 1}, "case_outcome": {"centre": 1},
        "monitoring_end": {"running": 1},
    }  # fmt: skip
    with time_machine.travel(timezone.now() + timedelta(days=370)):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.OTHER)
    assert figures(people, *ENDS) == {
        "close_reason": {"goals_met": 1}, "case_duration": {"1m": 1}, "case_outcome": {"centre": 1},
        "monitoring_end": {"over": 1},
    }  # fmt: skip


@pytest.mark.parametrize(("has_sign", "key"), [(True, "sign"), (False, "again")])
def test_monitoring_that_ends_with_the_case_opened_again(
    people: People, case: Case, school: Body, has_sign: bool, key: str
) -> None:
    monitored(people, case, school)
    if has_sign:
        with acting_as(people.handler, purpose="test"):
            review = Review.objects.of_case(case.pk).to_hold().order_by("due_at").first()
        assert review is not None
        answers = Answers(on_track=OnTrack.NO, findings="He is with them again.", has_warning_sign=True)
        held(people.handler, review, answers=answers)
    assert only(people, "monitoring_end") == {"running": 1}
    as_user(people.handler, reopen_case, by=people.handler, case_id=case.pk, cause=ReopenCause.WARNING_SIGN)
    assert only(people, "monitoring_end") == {key: 1}
    monitored(people, case, school)
    assert only(people, "monitoring_end") == {key: 1, "running": 1}


def rated(people: People, case: Case, overall: str, after: int = 0, author: User | None = None) -> None:
    author = author or people.handler
    with time_machine.travel(timezone.now() + timedelta(days=after)):
        one = asked(people.handler, case, author, people.centre, template="security_risk")
        answers = {**ANSWERS["security_risk"], "overall": overall}
        delivered(one, author, Shares.FACT, answers=answers)


@pytest.mark.parametrize(
    ("repeated", "effect"),
    [
        ([(91, "raised")], {"3_lower": 1}),
        ([(91, "high"), (182, "acute"), (365, "low")], {"3_same": 1, "6_higher": 1, "12_lower": 1}),
        ([(20, "low"), (91, "low"), (100, "acute")], {"3_lower": 1}),
        ([(44, "low"), (470, "low")], {}),
        ([(91, "unknown"), (120, "low")], {"3_lower": 1}),
    ],
    ids=["lower", "each time", "the first of several counts", "too soon and too late", "not rated"],
)
def test_the_effect_is_a_later_rating_beside_the_first(
    people: People, case: Case, repeated: list[tuple[int, str]], effect: dict[str, int]
) -> None:
    rated(people, case, "high")
    assert only(people, "effect") == {}
    for after, overall in repeated:
        rated(people, case, overall, after)
    assert only(people, "effect") == effect


def test_another_kind_or_another_case_is_no_repetition(people: People, case: Case) -> None:
    rated(people, case, "high")
    rated(people, make_case(people.handler), "low", 91)
    delivered(asked(people.handler, case, people.handler, people.centre), people.handler)
    assert only(people, "effect") == {}


def test_nobody_reads_ratings(people: People, case: Case) -> None:
    rated(people, case, "high")
    for user in people.everybody:
        with acting_as(user, purpose="test"):
            assert not AssessmentRating.objects.exists()


def test_somebody_else_rates_nothing(people: People, case: Case) -> None:
    one = begun(asked(people.handler, case, people.handler, people.centre, template="security_risk"), people.handler)
    for user in (people.colleague, people.coordinator):
        with pytest.raises(DatabaseError), acting_as(user, purpose="test"):
            AssessmentRating(assessment=one, level=1).save(force_insert=True)
