"""What is not known stands in the case until somebody answers it, with a source and a grading."""

from __future__ import annotations

from typing import Any

import pytest
from assessments import REFERRAL, complete, fill, make_contact
from case_rows import make_case
from django.test import Client
from django.urls import reverse
from past_policies import insert
from people import People, as_user, new_id
from web import sign_in

from casework.cases import actions as casework
from casework.cases import question_actions
from casework.cases.models import Case, CaseQuestion
from casework.cases.states import QuestionState
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case
from triage import actions as triage
from triage.models import Assessment

UNKNOWN = {**REFERRAL, "gap_family": "important", "gap_online": "unknown", "self_harm": "unknown"}
ANSWER = {"answer": "There is an aunt.", "source": "The mother", "reliability": "b", "credibility": "2"}


def questions(people: People, case: Case) -> dict[str, CaseQuestion]:
    with acting_as(people.coordinator, purpose="test"):
        found = CaseQuestion.objects.filter(case=case).order_by("added_at", "pk")
        return {one.code or one.text: one for one in found}


def do(user: User, action: Any, **values: Any) -> Any:
    return as_user(user, action, by=user, **values)


def answer(user: User, question: CaseQuestion, **values: Any) -> None:
    seen = {"question_id": question.pk, "version": question.version}
    do(user, question_actions.answer_question, **{**seen, **ANSWER, **values})


def ask(people: People, case: Case, text: str = "Who else knows?") -> CaseQuestion:
    asked: CaseQuestion = do(
        people.handler, question_actions.ask_question, question_id=new_id(), case_id=case.pk, text=text
    )
    return asked


def kinds(people: People, question: CaseQuestion) -> list[str]:
    with acting_as(people.coordinator, purpose="test"):
        return list(Event.objects.filter(subject=question.pk).order_by("pk").values_list("kind", flat=True))


def assess_again(people: People, case: Case, **answers: str) -> None:
    with acting_as(people.coordinator, purpose="test"):
        old = Assessment.objects.get(pk=case.assessment_id)
    draft = do(people.handler, triage.supersede, assessment_id=old.pk)
    filled = do(people.handler, triage.answer_several, assessment_id=draft.pk, version=draft.version, answers=answers)
    complete(people.handler, filled)


def test_what_the_triage_does_not_know_is_asked_in_its_case(people: People) -> None:
    found = questions(people, make_case(people.handler, UNKNOWN))
    assert found.keys() == {"gap_family", "self_harm"}
    for one in found.values():
        assert (one.state, one.added_by_id, one.grading) == (QuestionState.OPEN, people.handler.pk, "")


def test_a_triage_of_a_linked_contact_asks_too_and_nothing_twice(people: People) -> None:
    case = make_case(people.handler, {**REFERRAL, "gap_family": "important"})
    contact = make_contact(people.handler)
    complete(people.handler, fill(people.handler, do(people.handler, triage.start, contact_id=contact.pk), UNKNOWN))
    do(people.handler, casework.link_contact, case_id=case.pk, contact=contact)
    assert len(questions(people, case)) == 2
    with acting_as(people.coordinator, purpose="test"):
        assert CaseQuestion.objects.filter(case=case).count() == 2


def test_a_triage_that_is_stored_as_decided_asks_too(people: People) -> None:
    """As an import or a repair would write it."""
    case = make_case(people.handler)
    contact = make_contact(people.handler)
    do(people.handler, casework.link_contact, case_id=case.pk, contact=contact)
    with acting_as(people.coordinator, purpose="test"):
        decided = Assessment.objects.get(pk=case.assessment_id)
    decided.pk, decided.contact, decided.data_key_id = new_id(), contact, contact.data_key_id
    decided.find_out = ["gap_family"]
    insert([decided])
    assert questions(people, case).keys() == {"gap_family"}


def test_a_new_triage_asks_what_it_does_not_know_and_ends_what_it_knows(people: People) -> None:
    case = make_case(people.handler, UNKNOWN)
    own = ask(people, case)
    assess_again(people, case, gap_family="known", gap_health="important")
    found = questions(people, case)
    assert {code: one.state for code, one in found.items()} == {
        "gap_family": QuestionState.DROPPED, "self_harm": QuestionState.OPEN, "gap_health": QuestionState.OPEN,
        own.text: QuestionState.OPEN,
    }  # fmt: skip


def test_an_answer_keeps_source_and_grading_and_a_repeat_has_no_effect(people: People) -> None:
    case = make_case(people.handler, UNKNOWN)
    question = questions(people, case)["gap_family"]
    for _time in range(2):
        answer(people.handler, question)
    kept = questions(people, case)["gap_family"]
    assert (kept.answer, kept.source, kept.grading) == ("There is an aunt.", "The mother", "B2")
    assert (kept.state, kept.ended_by_id) == (QuestionState.ANSWERED, people.handler.pk)
    assert kinds(people, question) == ["question.answered"]


def test_two_answers_at_once_lose_none_silently(people: People) -> None:
    question = ask(people, make_case(people.handler))
    answer(people.handler, question)
    with pytest.raises(Stale):
        answer(people.coordinator, question, answer="There is nobody.")
    with pytest.raises(Stale):
        answer(people.handler, question, answer="There is nobody.")


def test_asked_twice_is_asked_once_and_not_in_a_closed_case(people: People) -> None:
    case = make_case(people.handler)
    values = {"question_id": new_id(), "case_id": case.pk, "text": "Who else knows?"}
    for _time in range(2):
        do(people.handler, question_actions.ask_question, **values)
    assert list(questions(people, case)) == ["Who else knows?"]
    do(people.coordinator, close_case, case_id=case.pk, reason="goals_met")
    with pytest.raises(Stale):
        do(people.handler, question_actions.ask_question, **{**values, "question_id": new_id()})


def test_an_old_tab_of_a_closed_case_answers_nothing(people: People) -> None:
    case = make_case(people.handler)
    question = ask(people, case)
    do(people.coordinator, close_case, case_id=case.pk, reason="goals_met")
    with pytest.raises(Stale):
        answer(people.handler, question)
    with pytest.raises(Stale):
        do(people.handler, question_actions.drop_question, question_id=question.pk, version=1, reason="No need.")


def test_only_people_who_work_on_the_case_ask_and_answer(people: People) -> None:
    case = make_case(people.handler)
    question = ask(people, case)
    values = {"question_id": new_id(), "case_id": case.pk, "text": "Who else knows?"}
    for who in (people.colleague, people.other_coordinator, people.worker, people.dpo):
        with pytest.raises(NotAllowed):
            do(who, question_actions.ask_question, **values)
        with pytest.raises(NotAllowed):
            answer(who, question)


def test_on_the_page_by_its_words(people: People, client: Client) -> None:
    case = make_case(people.handler, UNKNOWN)
    question = questions(people, case)["gap_family"]
    sign_in(client, people.handler)
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Family" in page
    assert reverse("cases:question", args=[question.pk]) in page
    where = reverse("cases:answer_question", args=[question.pk])
    refused = client.post(where, {"version": 1, **ANSWER, "reliability": "z", "answer": ""})
    assert refused.status_code == 422
    assert "The mother" in refused.content.decode()
    assert client.post(where, {"version": 1, **ANSWER}, follow=True).status_code == 200
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "There is an aunt." in page
    assert "B2" in page
    assert client.post(where, {"version": 1, **ANSWER, "answer": "Nobody."}).status_code == 409


def test_no_longer_asked_with_a_reason(people: People) -> None:
    case = make_case(people.handler)
    question = ask(people, case)
    ended = {"question_id": question.pk, "version": 1, "reason": "It is out of the question."}
    for _time in range(2):
        do(people.handler, question_actions.drop_question, **ended)
    assert questions(people, case)["Who else knows?"].state == QuestionState.DROPPED
    assert kinds(people, question) == ["question.asked", "question.dropped"]
