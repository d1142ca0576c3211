"""The page of an action and its steps: who gets it, what it refuses, what a stale tab is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from assessments import SECURITY
from case_rows import give, make_case
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, new_id
from web import browser

from casework.cases.models import Action, Case
from casework.cases.states import ActionState
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from triage.vocabulary import Duty


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, SECURITY)


def found(people: People, duty: str = Duty.SECURITY_INFORMATION) -> Action:
    with acting_as(people.coordinator, purpose="test"):
        return Action.objects.get(duty=duty)


def post(user: User, name: str, action: Action, **values: Any) -> Any:
    return browser(user).post(reverse(f"cases:{name}", args=[action.pk]), {"version": action.version, **values})


def added(user: User, case: Case, **values: Any) -> Any:
    due = timezone.localtime() + timedelta(days=2)
    form = {
        "action_id": new_id(),
        "text": "Call the school.",
        "strand": "social",
        "to": "",
        "due_at": f"{due:%Y-%m-%dT%H:%M}",
    }
    return browser(user).post(reverse("cases:add_action", args=[case.pk]), {**form, **values})


def test_page_says_what_why_and_until_when(people: People, case: Case) -> None:
    shown = browser(people.handler).get(reverse("cases:action", args=[found(people).pk])).content.decode()
    assert str(Duty.SECURITY_INFORMATION.label) in shown
    assert people.handler.name in shown
    assert case.reference in shown
    assert "The answers that led there" in shown


def test_others_get_404(people: People, case: Case) -> None:
    action = found(people)
    for who in (people.colleague, people.worker, people.other_coordinator, people.administrator, people.dpo):
        assert browser(who).get(reverse("cases:action", args=[action.pk])).status_code == 404
        assert post(who, "finish_action", action, result="Done.").status_code == 404
    assert browser(people.handler).get(reverse("cases:action", args=[new_id()])).status_code == 404


def test_done_needs_a_line(people: People, case: Case) -> None:
    assert post(people.handler, "finish_action", found(people), result=" ").status_code == 422
    assert post(people.handler, "finish_action", found(people), result="x" * 1001).status_code == 422
    assert post(people.handler, "finish_action", found(people), result="Informed.").status_code == 302
    assert found(people).state == ActionState.DONE
    page = browser(people.handler).get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Informed." in page


def test_stale_tab_is_told(people: People, case: Case) -> None:
    old = found(people)
    assert post(people.handler, "begin_action", old).status_code == 302
    answer = post(people.coordinator, "drop_action", old, reason="not_needed", result="A joke.")
    assert answer.status_code == 409
    assert found(people).state == ActionState.UNDER_WAY


@pytest.mark.parametrize("reason", ["", "triage", "case_closed", "because", "not_needed' or true"])
def test_reason_of_a_drop_is_one_of_the_list(people: People, case: Case, reason: str) -> None:
    """A new triage and the end of a case set reasons of their own, which nobody chooses."""
    answer = post(people.handler, "drop_action", found(people), reason=reason, result="A joke.")
    assert answer.status_code == 422
    assert "A joke." in answer.content.decode()
    assert found(people).state == ActionState.AGREED


def test_second_person_decides_on_the_page(people: People, case: Case) -> None:
    post(people.handler, "drop_action", found(people), reason="not_needed", result="A joke among friends.")
    waiting = found(people)
    assert waiting.state == ActionState.DROP_PROPOSED
    mine = browser(people.handler).get(reverse("cases:action", args=[waiting.pk])).content.decode()
    assert "another person, a coordinator, decides" in mine
    assert reverse("cases:confirm_drop", args=[waiting.pk]) not in mine
    theirs = browser(people.coordinator).get(reverse("cases:action", args=[waiting.pk])).content.decode()
    assert "A joke among friends." in theirs
    assert "No longer needed" in theirs
    assert reverse("cases:confirm_drop", args=[waiting.pk]) in theirs
    assert post(people.handler, "confirm_drop", waiting).status_code == 404
    assert post(people.coordinator, "confirm_drop", waiting).status_code == 302
    assert found(people).state == ActionState.DROPPED


@pytest.mark.parametrize("due", ["2020-01-01T10:00", "2099-01-01T10:00", "tomorrow", ""])
def test_absurd_due_time_is_asked_again(people: People, case: Case, due: str) -> None:
    assert added(people.handler, case, due_at=due).status_code == 422
    assert post(people.coordinator, "move_due", found(people), due_at=due).status_code == 422


def test_added_action_and_a_repeat(people: People, case: Case) -> None:
    key = new_id()
    for _time in range(2):
        assert added(people.handler, case, action_id=key, to=people.handler.pk).status_code == 302
    with acting_as(people.handler, purpose="test"):
        assert Action.objects.get(pk=key).text == "Call the school."
    assert added(people.handler, case, to=people.worker.pk).status_code == 422
    assert added(people.colleague, case).status_code == 404


def test_protected_duty_is_moved_later_by_coordinators_only(people: People, case: Case) -> None:
    due = f"{timezone.localtime() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    assert post(people.handler, "move_due", found(people), due_at=due).status_code == 404
    assert post(people.coordinator, "move_due", found(people), due_at=due).status_code == 302


def test_given_to_a_colleague_who_then_reads_the_case(people: People, case: Case) -> None:
    assert post(people.handler, "give_action", found(people), to=people.colleague.pk).status_code == 302
    assert browser(people.colleague).get(reverse("cases:case", args=[case.pk])).status_code == 200
    assert post(people.colleague, "finish_action", found(people), result="Informed.").status_code == 302
    assert browser(people.colleague).get(reverse("cases:case", args=[case.pk])).status_code == 404


def test_of_two_who_take_it_one_is_told(people: People, case: Case) -> None:
    give(people, case, None)
    free = found(people)
    assert post(people.colleague, "take_action", free).status_code == 302
    assert post(people.handler, "take_action", free).status_code == 409
    assert found(people).user == people.colleague


def test_who_may_only_take_it_sees_no_words_of_it(people: People, case: Case) -> None:
    post(people.handler, "drop_action", found(people), reason="not_needed", result="A joke among friends.")
    change(Action.objects.filter(case=case), user=None)
    answer = browser(people.colleague).get(reverse("cases:action", args=[found(people).pk]))
    assert answer.status_code == 200
    assert "A joke among friends." not in answer.content.decode()


def test_who_may_only_take_what_was_added_sees_its_words_from_then_on(people: People, case: Case) -> None:
    key = new_id()
    assert added(people.handler, case, action_id=key).status_code == 302
    address = reverse("cases:action", args=[key])
    assert "Call the school." not in browser(people.colleague).get(address).content.decode()
    assert browser(people.colleague).post(reverse("cases:take_action", args=[key]), {"version": 1}).status_code == 302
    assert "Call the school." in browser(people.colleague).get(address).content.decode()


@pytest.mark.parametrize("posted", [{"met_person": "on"}, {}])
def test_a_meeting_with_the_person_is_marked_when_it_is_done(
    people: People, case: Case, posted: dict[str, str]
) -> None:
    assert post(people.handler, "finish_action", found(people), result="Visited him.", **posted).status_code == 302
    assert found(people).met_person == bool(posted)
    page = browser(people.handler).get(reverse("cases:action", args=[found(people).pk])).content.decode()
    assert ("The person concerned was met." in page) == bool(posted)
