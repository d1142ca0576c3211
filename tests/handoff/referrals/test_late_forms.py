"""A form posted after the state changed: it has no effect, and its text is shown again."""

from __future__ import annotations

from typing import Any

import pytest
import referrals
from contacts import browser
from django.urls import reverse
from people import People, as_user, new_id

from handoff.referrals.centre_actions import withdraw_referral
from handoff.referrals.partner_actions import accept_referral, complete_referral
from handoff.referrals.vocabulary import Outcome

pytestmark = pytest.mark.django_db
WORDS = "Zwei Sätze, die niemand verlieren will"


@pytest.fixture
def people(db: None) -> People:
    return referrals.ready()


LATE: dict[str, list[dict[str, Any]]] = {
    "decline": [{}, {"decline-reason": "nonsense"}, {"decline-reason": "no_capacity"}],
    "ask": [{"question-message_id": "nonsense"}, {"question-message_id": new_id()}],
    "feedback": [{}, {"feedback-message_id": new_id(), "feedback-feedback": "in_counselling"}],
    "complete": [{}, {"complete-outcome": "nonsense"}],
    "give_back": [{}],
}
PREFIX = {"ask": "question", "give_back": "return"}
CASES = [(name, values) for name, several in LATE.items() for values in several]


@pytest.mark.parametrize(("name", "values"), CASES)
def test_text_of_a_late_partner_form_is_shown_again(people: People, name: str, values: dict[str, Any]) -> None:
    offered = referrals.offered(people)
    if name in ("decline", "ask"):
        as_user(people.worker, accept_referral, by=people.worker, referral_id=offered.pk)
    else:
        as_user(people.worker, accept_referral, by=people.worker, referral_id=offered.pk)
        as_user(people.worker, complete_referral, by=people.worker, referral_id=offered.pk, outcome=Outcome.STABILISED)
    sent = {f"{PREFIX.get(name, name)}-text": WORDS, **values}
    answer = browser(people.worker).post(reverse(f"handoff:{name}", args=[offered.pk]), sent)
    assert answer.status_code in (409, 422)
    assert WORDS in answer.content.decode()


def test_text_of_a_late_centre_form_is_shown_again(people: People) -> None:
    offered = referrals.offered(people)
    as_user(people.handler, withdraw_referral, by=people.handler, referral_id=offered.pk)
    answer = browser(people.handler).post(reverse("handoff:offer", args=[offered.pk]), {"text": WORDS})
    assert answer.status_code in (409, 422)
    assert WORDS in answer.content.decode()
