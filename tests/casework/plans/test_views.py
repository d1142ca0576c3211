"""The pages of plans: how a plan is written, answered and printed by form, and what bad input gets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from django.urls import reverse
from django.utils import timezone
from pdfs import is_tagged, text_of
from people import People, as_user, new_id
from plans import agreed, agreement_of, begun, planned, proposed, stored, with_factor, with_goal
from teams import Body, accepted, invited, make_body
from web import browser

from casework.cases.models import Case
from casework.plans import actions
from casework.plans.content_actions import MOST_ROWS
from casework.plans.models import Goal, Plan, PlannedAction
from casework.plans.states import PlanState
from foundation.accounts.models import User
from foundation.journal.models import Event
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
    answer = browser(user).get(reverse(f"plans:{name}", args=arguments))
    return re.sub(r"\s+", " ", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)


def post(user: User, name: str, *arguments: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"plans:{name}", args=arguments), values)


def in_days(days: int) -> str:
    return (timezone.localtime() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def step_of(body: Any, **values: Any) -> dict[str, Any]:
    asked = {"row_id": new_id(), "version": 0, "text": "Talk with the family", "organisation": body.pk}
    return {**asked, "strand": "social", "due_at": in_days(20), **values}


def test_plan_is_begun_written_proposed_and_agreed_to_by_form(people: People, case: Case, police: Body) -> None:
    assert "Begin a plan" in page(people.handler, "of_case", case.pk)
    key = new_id()
    assert post(people.handler, "begin", case.pk, plan_id=key).status_code == 302
    assert post(people.handler, "edit", key, version=1, aim="A quiet life").status_code == 302
    goal = {"row_id": new_id(), "version": 0, "text": "A training place", "measure": "contract"}
    assert post(people.handler, "add_goal", key, **goal).status_code == 302
    factor = {"row_id": new_id(), "version": 0, "kind": "trigger", "text": "Uniforms", "approach": "Plain clothes"}
    assert post(people.handler, "add_factor", key, **factor).status_code == 302
    step = step_of(police.organisation, goal=goal["row_id"])
    assert post(people.handler, "add_action", key, **step).status_code == 302
    shown = page(people.handler, "plan", key)
    for words in ("A quiet life", "A training place", "Uniforms", "Plain clothes", "Talk with the family"):
        assert words in shown
    for warning in ("Goals without a measure", "Goals without a date", "Only one strand"):
        assert warning in shown
    assert page(police.person, "plan", key) == "404", "a draft is for who plans"
    with acting_as(people.handler, purpose="test"):
        plan = Plan.objects.get(pk=key)
    assert post(people.handler, "propose", key, version=plan.version).status_code == 302
    asked = agreement_of(police.person, plan, police.organisation)
    assert "Agree" in page(police.person, "agreement", asked.pk)
    assert post(police.person, "agree", asked.pk, version=asked.version).status_code == 302
    assert "A quiet life" in page(police.person, "of_team", case.pk)
    assert stored(plan, people.handler).state == PlanState.AGREED


def test_objection_is_shown_to_who_plans(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, police.organisation)
    proposed(people.handler, plan)
    asked = agreement_of(police.person, plan, police.organisation)
    without_reason = post(police.person, "object_to", asked.pk, version=asked.version, reason=" ")
    assert without_reason.status_code == 422
    assert post(police.person, "object_to", asked.pk, version=asked.version, reason="Too early.").status_code == 302
    shown = page(people.handler, "plan", plan.pk)
    assert "Police objected:" in shown
    assert "Too early." in shown
    assert "came back with an objection" in page(people.handler, "of_case", case.pk)
    assert page(police.person, "plan", plan.pk) == "404"


def test_body_that_is_asked_because_of_another_time_sees_which(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    one = planned(people.handler, plan, police.organisation, text="zqFirst")
    planned(people.handler, plan, police.organisation, text="zqSecond")
    proposed(people.handler, plan)
    agreed(police.person, plan, police.organisation)
    draft = begun(people.handler, case)
    with acting_as(people.handler, purpose="test"):
        copy = PlannedAction.objects.get(plan=draft, action_id=one.action_id)
    later = timezone.now() + timedelta(days=40)
    values = {"planned_id": copy.pk, "version": 1, "text": "zqFirst", "due_at": later}
    planned(people.handler, draft, police.organisation, **values)
    proposed(people.handler, draft)
    shown = page(police.person, "agreement", agreement_of(police.person, draft, police.organisation).pk)
    answer = shown[shown.index('id="h-answer"') : shown.index('id="agree"')]
    assert ("zqFirst" in answer, "moved" in answer, "zqSecond" in answer) == (True, True, False)


def test_date_that_has_passed_may_stay_in_a_new_version(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    yesterday = timezone.localdate() - timedelta(days=1)
    goal = with_goal(people.handler, plan, due_on=yesterday)
    values = {"row_id": goal.pk, "version": 1, "text": "Something else", "due_on": yesterday.isoformat()}
    assert post(people.handler, "change_goal", plan.pk, goal.pk, **values).status_code == 302
    new = {"row_id": new_id(), "version": 0, "text": "Another", "due_on": yesterday.isoformat()}
    assert post(people.handler, "add_goal", plan.pk, **new).status_code == 422


def test_what_cannot_be_proposed_says_why(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    client = browser(people.handler)
    answer = client.post(reverse("plans:propose", args=[plan.pk]), {"version": 1}, follow=True)
    assert "neither a goal nor an action" in answer.content.decode()


def test_outdated_page_is_told_what_changed(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    assert post(people.handler, "propose", plan.pk, version=1).status_code == 409
    late = {"row_id": goal.pk, "version": 5, "text": "Something else"}
    answer = post(people.handler, "change_goal", plan.pk, goal.pk, **late)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody changed this meanwhile" in shown
    assert "Something else" in shown, "nothing that was typed is lost"
    aim = post(people.handler, "edit", plan.pk, version=1, aim="A quiet life")
    assert (aim.status_code, "A quiet life" in aim.content.decode()) == (422, True)
    assert post(people.handler, "change_goal", plan.pk, goal.pk, **{**late, "version": 1}).status_code == 302
    planned(people.handler, plan, police.organisation)
    proposed(people.handler, plan)
    assert page(people.handler, "add_goal", plan.pk) == "409"


@pytest.mark.parametrize(
    "bad",
    [
        {"text": ""},
        {"text": "x" * 1001},
        {"due_at": "2020-01-01T10:00"},
        {"due_at": "2099-01-01T10:00"},
        {"due_at": "tomorrow"},
        {"starts_on": "1900-01-01"},
        {"strand": "both"},
        {"organisation": 999_999},
        {"goal": "00000000-0000-4000-8000-000000000000"},
        {"row_id": "x"},
        {"version": -1},
    ],
)
def test_absurd_step_is_asked_about(people: People, case: Case, bad: dict[str, Any]) -> None:
    plan = begun(people.handler, case)
    answer = post(people.handler, "add_action", plan.pk, **{**step_of(people.centre), **bad})
    assert (answer.status_code, "error-summary" in answer.content.decode()) == (422, True)


def test_step_that_begins_after_it_is_due_is_asked_about(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    starts = (timezone.localdate() + timedelta(days=60)).isoformat()
    answer = post(people.handler, "add_action", plan.pk, **step_of(people.centre, starts_on=starts))
    assert "It is due before it begins." in answer.content.decode()


def test_body_outside_the_team_cannot_be_chosen(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    assert post(people.handler, "add_action", plan.pk, **step_of(people.body)).status_code == 422


def test_full_plan_takes_no_more(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    for _ in range(MOST_ROWS):
        with_goal(people.handler, plan)
    answer = post(people.handler, "add_goal", plan.pk, row_id=new_id(), version=0, text="one more")
    assert (answer.status_code, "too many" in answer.content.decode()) == (422, True)


def test_posted_twice_there_is_one_goal(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    goal = {"row_id": new_id(), "version": 0, "text": "A training place"}
    assert [post(people.handler, "add_goal", plan.pk, **goal).status_code for _ in range(2)] == [302, 302]
    with acting_as(people.handler, purpose="test"):
        assert Goal.objects.filter(plan=plan).count() == 1


def test_printed_is_what_was_written_for_the_person_and_nothing_else(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    texts = {"aim": "zqAim", "own_aims": "To be a mechanic.", "strengths": "zqStrong", "motivation": "zqMoved"}
    as_user(people.handler, actions.edit_plan, by=people.handler, plan_id=plan.pk, version=1, **texts)
    with_goal(people.handler, plan, text="zqGoal", why="zqWhy", measure="zqMeasure", plain="You learn a trade.")
    with_goal(people.handler, plan, text="zqSecond", plain="")
    with_factor(people.handler, plan, text="zqFactor", approach="zqApproach")
    planned(people.handler, plan, police.organisation, text="zqWatch", plain="", strand="security")
    planned(people.handler, plan, people.centre, text="zqTalk", plain="We talk every week.")
    proposed(people.handler, plan)
    agreed(police.person, plan, police.organisation)
    answer = post(people.handler, "print_for_person", plan.pk)
    body = answer.content
    text = text_of(body)
    assert (answer.status_code, answer["Content-Type"], is_tagged(body, "en")) == (200, "application/pdf", True)
    for words in ("To be a mechanic.", "You learn a trade.", "We talk every week.", "Your plan"):
        assert words in text
    for hidden in ("zq", "Police", case.reference, people.handler.name):
        assert hidden not in text
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(subject=plan.pk, kind="plan.printed").count() == 1
    assert post(police.person, "print_for_person", plan.pk).status_code == 404


def test_outcome_is_noted_by_form_and_shown(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    proposed(people.handler, plan)
    assert post(people.handler, "outcome", goal.pk, outcome_id=new_id(), outcome="met", evidence="").status_code == 422
    noted = {"outcome_id": new_id(), "outcome": "partly", "evidence": "He has applied."}
    assert post(people.handler, "outcome", goal.pk, **noted).status_code == 302
    shown = page(people.handler, "plan", plan.pk)
    assert "partly met" in shown
    assert "He has applied." in shown
