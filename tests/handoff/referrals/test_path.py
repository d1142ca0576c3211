"""A whole referral through the pages, from the ranking to the outcome."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from people import People, new_id
from referrals import SECRETS, SUMMARY, draft, make_case, offered, seen_by
from web import sign_in

from casework.cases.models import Responsibility
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from handoff.referrals.states import ReferralState


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def responsible(people: People, case_id: uuid.UUID) -> tuple[int, int | None]:
    with acting_as(people.coordinator, purpose="test"):
        current = Responsibility.objects.current().get(case_id=case_id)
        return current.organisation_id, current.user_id


def test_referral_from_ranking_to_outcome(people: People) -> None:
    case = make_case(people)
    handler, worker = client_of(people.handler), client_of(people.worker)
    ranking = handler.get(f"/cases/{case.pk}/partners/")
    assert [row[0].name for row in ranking.context["rows"]] == ["Example Partner", "Other Partner"]
    posted = {"referral_id": str(new_id()), "organisation": str(people.partner.pk), "service": "relatives"}
    drafted = handler.post(f"/cases/{case.pk}/partners/draft/", posted)
    again = handler.post(f"/cases/{case.pk}/partners/draft/", posted)
    assert drafted["Location"] == again["Location"] == f"/referrals/{posted['referral_id']}/"
    pk = posted["referral_id"]

    compose = handler.get(drafted["Location"]).content.decode()
    assert SECRETS["phone"] in compose
    assert "Needed: Counselling of relatives." in compose
    offer = {"text": SUMMARY, "fields_agreed": ["alias", "phone"], "legal_basis": "consent"}
    assert handler.post(f"/referrals/{pk}/offer/", offer).status_code == 302
    assert SUMMARY in handler.get(f"/referrals/{pk}/").content.decode()

    assert pk in worker.get("/inbox/").content.decode()
    before = worker.get(f"/inbox/{pk}/").content.decode()
    assert SUMMARY in before
    assert not [name for name, value in SECRETS.items() if value in before]
    assert worker.post(f"/inbox/{pk}/accept/").status_code == 302
    after = worker.get(f"/inbox/{pk}/").content.decode()
    assert {name for name, value in SECRETS.items() if value in after} == {"alias", "phone"}
    assert responsible(people, case.pk) == (people.partner.pk, people.worker.pk)

    said = {"feedback-message_id": str(new_id()), "feedback-feedback": "first_contact", "feedback-text": "met"}
    assert worker.post(f"/inbox/{pk}/feedback/", said).status_code == 302
    assert worker.post(f"/inbox/{pk}/feedback/", said).status_code == 302
    page = handler.get(f"/referrals/{pk}/")
    assert [message.text for message in page.context["conversation"]] == ["met"]
    assert page.context["referral"].state == ReferralState.IN_PROGRESS

    assert worker.post(f"/inbox/{pk}/complete/", {"complete-outcome": "stabilised"}).status_code == 302
    ended = worker.get(f"/inbox/{pk}/").content.decode()
    assert "no longer shown" in ended
    assert SUMMARY not in ended
    assert responsible(people, case.pk) == (people.centre.pk, people.handler.pk)
    assert seen_by(people.handler, case.referrals.model(pk=pk).pk).outcome == "stabilised"


def test_a_question_is_asked_and_answered(people: People) -> None:
    referral = offered(people)
    handler, worker = client_of(people.handler), client_of(people.worker)
    asked = {"question-message_id": str(new_id()), "question-text": "Which language?"}
    worker.post(f"/inbox/{referral.pk}/ask/", asked)
    page = handler.get(f"/referrals/{referral.pk}/")
    assert "Which language?" in page.content.decode()
    assert [section.key for section in handler.get("/referrals/").context["sections"] if section.referrals] == [
        "question"
    ]
    handler.post(f"/referrals/{referral.pk}/answer/", {"answer-message_id": str(new_id()), "answer-text": "German."})
    assert "German." in worker.get(f"/inbox/{referral.pk}/").content.decode()
    assert seen_by(people.worker, referral.pk).state == ReferralState.OFFERED


@pytest.mark.parametrize(
    ("page", "data", "field"),
    [
        ("ask", {"question-text": " "}, "question_form"),
        ("decline", {"decline-text": "kept words"}, "decline_form"),
    ],
)
def test_missing_input_of_an_offer_is_shown_at_the_field_and_input_kept(
    people: People, page: str, data: dict[str, Any], field: str
) -> None:
    referral = offered(people)
    answer = client_of(people.worker).post(f"/inbox/{referral.pk}/{page}/", data)
    assert answer.status_code == 422
    assert answer.context[field].errors
    assert all(value.strip() in answer.content.decode() for value in data.values())


def test_a_summary_that_names_the_caller_is_not_sent(people: People) -> None:
    referral = draft(people, make_case(people))
    text = "Tulpenfrau from Kleinkummerfeld, 80331, call 030 23125901 or a@example.org"
    answer = client_of(people.handler).post(f"/referrals/{referral.pk}/offer/", {"text": text})
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert len(answer.context["form"].errors["text"]) == 5
    assert seen_by(people.handler, referral.pk).state == ReferralState.DRAFT


def test_fields_need_a_legal_basis(people: People) -> None:
    referral = draft(people, make_case(people))
    posted = {"text": SUMMARY, "fields_agreed": ["phone"]}
    answer = client_of(people.handler).post(f"/referrals/{referral.pk}/offer/", posted)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["legal_basis"]


def test_offer_is_withdrawn_and_draft_discarded(people: People) -> None:
    case = make_case(people)
    handler = client_of(people.handler)
    thrown = draft(people, case)
    gone = handler.post(f"/referrals/{thrown.pk}/withdraw/")
    assert gone["Location"] == f"/cases/{case.pk}/partners/"
    withdrawn = offered(people, case)
    kept = handler.post(f"/referrals/{withdrawn.pk}/withdraw/", follow=True)
    assert "no longer sees what it was about" in kept.content.decode()
    assert SUMMARY not in client_of(people.worker).get(f"/inbox/{withdrawn.pk}/").content.decode()


def test_fragment_is_204_until_a_new_event(people: People) -> None:
    referral = offered(people)
    handler = client_of(people.handler)
    seen = handler.get(f"/referrals/{referral.pk}/").context["seen"]
    assert handler.get(f"/referrals/{referral.pk}/part/?seen={seen}").status_code == 204
    client_of(people.worker).post(f"/inbox/{referral.pk}/accept/")
    part = handler.get(f"/referrals/{referral.pk}/part/?seen={seen}").content.decode()
    assert "to make the first contact" in part
    assert "<html" not in part
    assert handler.get("/referrals/part/").context["sections"][-1].referrals == [referral]


def test_late_action_of_the_centre_is_409_with_the_events(people: People) -> None:
    referral = offered(people)
    handler = client_of(people.handler)
    client_of(people.worker).post(f"/inbox/{referral.pk}/accept/")
    answer = {"answer-message_id": str(new_id()), "answer-text": "late"}
    for step, posted in (("withdraw", {}), ("answer", answer), ("offer", {"text": SUMMARY})):
        told = handler.post(f"/referrals/{referral.pk}/{step}/", posted)
        assert told.status_code == 409
        assert people.worker.name in told.content.decode()


def test_empty_answer_shows_the_form_again(people: People) -> None:
    referral = offered(people)
    asked = {"question-message_id": str(new_id()), "question-text": "Which language?"}
    client_of(people.worker).post(f"/inbox/{referral.pk}/ask/", asked)
    page = client_of(people.handler).post(f"/referrals/{referral.pk}/answer/", {"answer-text": ""})
    assert page.status_code == 422
    assert "Which language?" in page.content.decode()


@pytest.mark.parametrize("step", ["feedback", "complete", "return"])
def test_missing_outcome_is_shown_at_the_field(people: People, step: str) -> None:
    referral = offered(people)
    worker = client_of(people.worker)
    worker.post(f"/inbox/{referral.pk}/accept/")
    assert worker.post(f"/inbox/{referral.pk}/{step}/", {f"{step}-text": ""}).status_code == 422
    given = worker.post(f"/inbox/{referral.pk}/return/", {"return-text": "too far"}, follow=True)
    assert "Given back." in given.content.decode()


def test_expired_offer_can_be_drafted_again_for_the_same_partner(people: People) -> None:
    case = make_case(people)
    first = offered(people, case)
    decline = {"decline-reason": "no_capacity"}
    client_of(people.worker).post(f"/inbox/{first.pk}/decline/", decline)
    handler = client_of(people.handler)
    again = handler.post(f"/referrals/{first.pk}/again/")
    page = handler.get(again["Location"])
    assert page.context["referral"].rank is None
    assert "Chosen although" in page.content.decode()
