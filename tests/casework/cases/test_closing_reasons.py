"""A case is closed with a reason, and opened again with a cause. What has to be done before is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, complete, fill, make_contact
from case_rows import assessed, make_case
from people import People, as_user
from web import browser

from casework.cases import actions, closing_needs
from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.cases.vocabulary import CloseReason, ReopenCause
from foundation.accounts.models import User
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case
from triage import actions as triage

NEED = "The report on the end of the work is missing."


def post(user: User, case: Case, step: str, **data: str) -> Any:
    return browser(user).post(f"/cases/{case.pk}/{step}/", data)


def read(user: User, case: Case) -> Case:
    with acting_as(user, purpose="test"):
        return Case.objects.get(pk=case.pk)


def told(user: User, case: Case, kind: str) -> list[dict[str, Any]]:
    with acting_as(user, purpose="test"):
        return list(Event.objects.filter(subject=case.pk, kind=kind).order_by("pk").values_list("data", flat=True))


@pytest.fixture
def unmet() -> Iterator[list[str]]:
    """A later app's check; what is in the list has to be done first."""
    needs: list[str] = []

    def check(case: Case) -> list[Any]:
        return list(needs)

    closing_needs.needed_to_close(check)
    yield needs
    closing_needs._checks.remove(check)


def test_it_is_closed_with_a_reason_that_stands_on_it(people: People) -> None:
    case = make_case(people.handler)
    assert post(people.handler, case, "close", reason=CloseReason.SERVICES).status_code == 302
    assert read(people.handler, case).close_reason == CloseReason.SERVICES
    assert told(people.handler, case, "case.closed") == [{"reason": "services"}]
    page = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "General services suffice" in page


@pytest.mark.parametrize("reason", ["", "because", "x" * 1000])
def test_without_a_reason_of_the_list_it_stays_open(people: People, reason: str) -> None:
    case = make_case(people.handler)
    answer = post(people.handler, case, "close", reason=reason)
    assert answer.status_code == 422
    assert '<details class="step" id="close-case" open>' in answer.content.decode()
    assert read(people.handler, case).state == CaseState.OPEN


def test_a_second_closing_keeps_the_first_reason(people: People) -> None:
    case = make_case(people.handler)
    for reason in (CloseReason.MOVED, CloseReason.OTHER):
        assert post(people.handler, case, "close", reason=reason).status_code == 302
    assert read(people.handler, case).close_reason == CloseReason.MOVED
    assert len(told(people.handler, case, "case.closed")) == 1


def test_what_another_app_needs_first_is_said_and_blocks(people: People, unmet: list[str]) -> None:
    case = make_case(people.handler)
    unmet.append(NEED)
    page = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert NEED in page
    assert f"/cases/{case.pk}/close/" not in page
    answer = post(people.handler, case, "close", reason=CloseReason.MOVED)
    assert answer.status_code == 422
    assert f"Not closed. {NEED}" in answer.content.decode()
    with pytest.raises(closing_needs.NotReady):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)
    assert read(people.handler, case).state == CaseState.OPEN
    unmet.clear()
    assert post(people.handler, case, "close", reason=CloseReason.MOVED).status_code == 302


@pytest.mark.parametrize("cause", ["", "because"])
def test_it_is_not_opened_again_without_a_cause_of_the_list(people: People, cause: str) -> None:
    case = make_case(people.handler)
    post(people.handler, case, "close", reason=CloseReason.MOVED)
    answer = post(people.handler, case, "reopen", cause=cause)
    assert answer.status_code == 422
    assert '<details class="step" id="reopen-case" open>' in answer.content.decode()
    assert read(people.handler, case).state == CaseState.CLOSED


def test_the_cause_is_in_the_timeline(people: People) -> None:
    case = make_case(people.handler)
    post(people.handler, case, "close", reason=CloseReason.MOVED)
    assert post(people.handler, case, "reopen", cause=ReopenCause.WARNING_SIGN).status_code == 302
    found = read(people.handler, case)
    assert (found.state, found.close_reason) == (CaseState.OPEN, "")
    page = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "Case opened again: A warning sign" in page


def test_a_contact_with_a_duty_opens_it_again_and_so_does_a_new_triage(people: People) -> None:
    case = make_case(people.handler)
    post(people.handler, case, "close", reason=CloseReason.MOVED)
    other = make_contact(people.handler)
    assessed(people.handler, other, SECURITY)
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)
    assert told(people.handler, case, "case.reopened") == [{"cause": ReopenCause.NEW_CONTACT}]

    case = make_case(people.colleague)
    post(people.colleague, case, "close", reason=CloseReason.MOVED)
    new = as_user(people.colleague, triage.supersede, by=people.colleague, assessment_id=case.assessment_id)
    done = complete(people.colleague, fill(people.colleague, new, REFERRAL))
    as_user(people.colleague, actions.follow_triage, by=people.colleague, assessment=done)
    assert told(people.colleague, case, "case.reopened") == [{"cause": ReopenCause.NEW_INFORMATION}]
