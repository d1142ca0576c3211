"""The pages of assessments: asking, writing, delivering, comparing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_assessments import ANSWERS, REASON, asked, begun, content, delivered, saved, stored
from case_rows import make_case
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, new_id
from teams import Body, accepted, invited, make_body
from web import browser, one_line

from casework.assessments.models import CaseAssessment
from casework.assessments.states import CaseAssessmentState
from casework.assessments.vocabulary import Shares
from casework.cases.models import Case
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def clinic(people: People, case: Case) -> Body:
    """In the team; it coordinates the content."""
    body = make_body("Clinic", Role.PARTNER_WORKER)
    hats = [Hat.WORKS, Hat.CONTENT]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


def page(user: User, name: str, *keys: Any, **query: str) -> str:
    answer = browser(user).get(reverse(f"assessments:{name}", args=keys), query)
    assert answer.status_code == 200
    return one_line(answer)


def form_of(asked_one: User, organisation: Any, **values: str) -> dict[str, str]:
    due = (timezone.localtime() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    who = f"{organisation.pk}-{asked_one.pk}"
    return {
        "assessment_id": str(new_id()), "template": "psychosocial", "author": who, "reason": REASON, "due_at": due,
        **values,
    }  # fmt: skip


def post(user: User, name: str, key: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"assessments:{name}", args=[key]), values)


def only_one(reader: User, case: Case) -> CaseAssessment:
    with acting_as(reader, purpose="test"):
        return CaseAssessment.objects.get(team=case.pk)


def test_from_asking_to_reading(people: People, case: Case, clinic: Body) -> None:
    answer = post(people.handler, "ask", case.pk, **form_of(clinic.person, clinic.organisation))
    assert answer.status_code == 302
    assessment = only_one(people.handler, case)
    assert "Psychosocial assessment" in page(people.handler, "of_case", case.pk)
    assert REASON in page(clinic.person, "assessment", assessment.pk)
    assert post(clinic.person, "begin", assessment.pk, version="1").url.endswith("/write/")
    assert "Everyday life" in page(clinic.person, "write", assessment.pk)
    answers = {f"q-{question}": value for question, value in ANSWERS["psychosocial"].items()}
    words = {"version": "1", "conclusion": "Work first.", "notes": "mine alone", "deliver": "1"}
    assert post(clinic.person, "write", assessment.pk, **answers, **words).url.endswith("/deliver/")
    said = {"version": "2", "profession": "social_work", "shares": "whole"}
    assert post(clinic.person, "deliver", assessment.pk, **said).status_code == 302
    shown = page(people.handler, "assessment", assessment.pk)
    assert "Work first." in shown
    assert "only from the scene" in shown
    assert "mine alone" not in shown
    assert "mine alone" in page(clinic.person, "assessment", assessment.pk)
    assert "delivered" in page(clinic.deputy, "of_team", case.pk)


def test_ones_own_begins_at_once(people: People, case: Case, clinic: Body) -> None:
    answer = post(clinic.person, "ask", case.pk, **form_of(clinic.person, clinic.organisation))
    assert answer.url == reverse("assessments:write", args=[only_one(clinic.person, case).pk])


def test_who_only_works_on_the_case_is_offered_themselves_alone(people: People, case: Case) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    accepted(invited(people.handler, case, school.organisation), school.person, school.deputy)
    shown = page(school.person, "ask", case.pk)
    assert school.person.name in shown
    assert people.handler.name not in shown
    answer = post(school.person, "ask", case.pk, **form_of(people.handler, people.centre))
    assert answer.status_code == 422


def test_absurd_values_are_refused_with_the_form(people: People, case: Case, clinic: Body) -> None:
    for wrong in ({"template": "horoscope"}, {"author": "1-1"}, {"reason": ""}, {"due_at": "2099-01-01T00:00"}):
        answer = post(people.handler, "ask", case.pk, **form_of(clinic.person, clinic.organisation, **wrong))
        assert answer.status_code == 422, wrong


def test_a_closed_case_answers_with_409(people: People, case: Case) -> None:
    change(
        Case.objects.filter(pk=case.pk),
        state="closed",
        closed_at=timezone.now(),
        closed_by=people.handler,
        work_ended_at=timezone.now(),
        close_reason="other",
    )
    address = reverse("assessments:ask", args=[case.pk])
    assert browser(people.handler).get(address).status_code == 409
    assert "ask-assessment" not in page(people.handler, "of_case", case.pk)


def test_questions_appear_with_the_answers_that_ask_for_them(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    assert "q-dependants_burden" not in page(clinic.person, "write", assessment.pk)
    children = {"q-dependants": "children"}
    post(clinic.person, "write", assessment.pk, version="1", **children)
    assert "q-dependants_burden" in page(clinic.person, "write", assessment.pk)
    post(clinic.person, "write", assessment.pk, version="2", **{**children, "q-dependants_burden": "in_danger"})
    assert "Minors may be in danger" in page(clinic.person, "write", assessment.pk)


def test_an_exclusive_answer_with_others_is_said_beside_the_question(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    answer = post(clinic.person, "write", assessment.pk, version="1", **{"q-trusted_person": ["none", "friend"]})
    assert answer.status_code == 422
    assert "stands alone" in one_line(answer)
    assert content(assessment, clinic.person).answers == {}


def test_a_stale_tab_loses_nothing(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    saved(assessment, clinic.person)
    answer = post(clinic.person, "write", assessment.pk, version="1", conclusion="Otherwise.")
    assert answer.status_code == 409
    assert content(assessment, clinic.person).conclusion == "Work first."


def test_delivery_names_what_is_missing(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    assert "School, training, work" in page(clinic.person, "deliver", assessment.pk)
    said = {"version": "1", "profession": "social_work", "shares": "whole"}
    answer = post(clinic.person, "deliver", assessment.pk, **said)
    assert answer.status_code == 422
    assert "There is no conclusion yet." in one_line(answer)
    assert stored(assessment, clinic.person).state == CaseAssessmentState.UNDER_WAY


def test_a_profession_that_the_kind_is_not_for_is_no_choice(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation, template="psychiatric")
    saved(begun(assessment, clinic.person), clinic.person)
    answer = post(clinic.person, "deliver", assessment.pk, version="2", profession="police", shares="fact")
    assert answer.status_code == 422


def test_others_neither_write_nor_see_a_draft(people: People, case: Case, clinic: Body) -> None:
    assessment = begun(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    saved(assessment, clinic.person)
    for other in (people.handler, people.coordinator, clinic.deputy):
        assert browser(other).get(reverse("assessments:write", args=[assessment.pk])).status_code == 404
        assert "Work first." not in page(other, "assessment", assessment.pk)


def test_a_clinical_one_says_who_reads_it(people: People, case: Case, clinic: Body) -> None:
    assessment = asked(people.handler, case, clinic.person, clinic.organisation, template="psychiatric")
    delivered(assessment, clinic.person, Shares.FACT, conclusion="Treat the depression.")
    shown = page(people.handler, "assessment", assessment.pk)
    assert "Treat the depression." not in shown
    assert "Its author shares that it was made, and nothing more." in shown


def test_a_later_one_stands_beside_the_earlier(people: People, case: Case, clinic: Body) -> None:
    first = delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    better = {**ANSWERS["psychosocial"], "occupation": "settled", "wellbeing": "crisis", "trusted_person": ["family"]}
    second = delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person, answers=better)
    for reader in (people.handler, clinic.person):
        shown = page(reader, "assessment", second.pk, **{"with": str(first.pk)})
        table = shown[shown.index("What has changed since") :]
        assert table.count("less grave") == table.count("graver") == table.count("different") == 1
    assert "What has changed since" not in page(people.handler, "assessment", first.pk)


def test_without_the_answers_of_both_nothing_is_compared(people: People, case: Case, clinic: Body) -> None:
    delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person, Shares.CONCLUSION)
    second = delivered(asked(people.handler, case, clinic.person, clinic.organisation), clinic.person)
    assert "You do not read the answers of both." in page(people.handler, "assessment", second.pk)
    assert "All answers are the same." in page(clinic.person, "assessment", second.pk)


def test_declining_and_withdrawing(people: People, case: Case, clinic: Body) -> None:
    first, second = (asked(people.handler, case, clinic.person, clinic.organisation) for _number in range(2))
    assert post(clinic.person, "decline", first.pk, version="1", reason="no_capacity").status_code == 302
    assert "no capacity" in page(people.handler, "assessment", first.pk)
    assert post(people.handler, "withdraw", second.pk, version="1").status_code == 302
    assert post(clinic.person, "begin", second.pk, version="1").status_code == 409
    assert post(clinic.person, "decline", second.pk, version="2").status_code == 422


def test_an_author_at_the_centre_who_does_not_read_the_case(people: People, case: Case) -> None:
    assessment = asked(people.handler, case, people.colleague, people.centre)
    shown = page(people.colleague, "assessment", assessment.pk)
    assert REASON in shown
    assert case.reference in shown
    assert reverse("cases:case", args=[case.pk]) not in shown
