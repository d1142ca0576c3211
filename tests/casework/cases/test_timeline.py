"""The timeline in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from case_rows import give, make_case
from django.utils import timezone
from people import People, as_user, new_id
from web import browser

from casework.cases import actions
from casework.cases.models import Strand
from casework.cases.question_actions import ask_question
from casework.cases.timeline import SIZE, Names, sentence, timeline_of
from casework.cases.work_actions import add_action
from foundation.accounts.services import Service, service_user
from foundation.journal.actions import record
from foundation.journal.registry import codes_in_case
from foundation.privacy.context import acting_as
from handoff.referrals.events import REFERRAL_EXPIRED

NOBODY = Names({}, {})


@pytest.mark.parametrize("kind", codes_in_case())
def test_sentence_with_missing_data_raises_no_error(kind: str) -> None:
    icon, words = sentence(kind, {}, NOBODY)
    assert icon
    assert "%" not in words


@pytest.mark.parametrize(("kind", "words"), [("case.closed", "Case closed"), ("case.reopened", "Case opened again")])
def test_older_event_without_a_reason_names_none(kind: str, words: str) -> None:
    assert sentence(kind, {}, NOBODY)[1] == words


def test_event_of_unknown_kind_is_shown_with_its_code() -> None:
    assert sentence("case.painted_green", {}, NOBODY)[1] == "Something else happened (case.painted_green)"


def test_timeline_shows_each_step_with_its_actor(people: People) -> None:
    case = make_case(people.handler)
    give(people, case, None)
    as_user(people.colleague, actions.take_case, by=people.colleague, case_id=case.pk)
    give(people, case, people.handler)
    steps: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (actions.add_note, {"note_id": new_id(), "text": "Words that stay in the note."}),
        (actions.rename_case, {"version": 1, "label": "Title that stays in the case"}),
        (actions.mark_closed, {"reason": "moved"}),
        (actions.reopen_case, {"cause": "asked"}),
    ]
    for action, arguments in steps:
        as_user(people.handler, action, by=people.handler, case_id=case.pk, **arguments)
    answer = browser(people.handler).get(f"/cases/{case.pk}/timeline/")
    told = [(entry.what, entry.who) for entry in reversed(answer.context["timeline"].entries)]
    handler, colleague, coordinator = (user.name for user in (people.handler, people.colleague, people.coordinator))
    assert told == [
        ("Contact begun", handler),
        ("Triage begun", handler),
        ("Triage completed: Referral to a partner", handler),
        ("Case opened: Referral to a partner, urgency: Standard", handler),
        ("Given back: nobody is responsible", coordinator),
        (f"Taken over by {colleague}", colleague),
        (f"{handler} is responsible", coordinator),
        ("Note written", handler),
        ("New working title", handler),
        ("Case closed: The person has moved away", handler),
        ("Case opened again: The person or the family asks for it", handler),
    ]
    assert "Words that stay" not in answer.content.decode()


def test_older_events_are_fetched_by_page(people: People) -> None:
    case = make_case(people.handler)
    for _number in range(SIZE):
        as_user(people.handler, actions.add_note, by=people.handler, case_id=case.pk, note_id=new_id(), text="…")
    client = browser(people.handler)
    first = client.get(f"/cases/{case.pk}/timeline/").context["timeline"]
    second = client.get(f"/cases/{case.pk}/timeline/", {"before": first.older}).context["timeline"]
    assert (len(first.entries), len(second.entries), second.older) == (SIZE, 4, None)
    for crafted in ("-1", "x", "9" * 30, "²"):
        assert client.get(f"/cases/{case.pk}/timeline/", {"before": crafted}).status_code == 404


def test_event_of_a_service_shows_no_person(people: People) -> None:
    case = make_case(people.handler)
    clock = service_user(Service.DEADLINES)
    with acting_as(clock, purpose="test"):
        record(REFERRAL_EXPIRED, by=clock, subject=new_id(), centre=people.centre.pk, case=case.pk)
    with acting_as(people.handler, purpose="test"):
        newest = timeline_of(case.pk).entries[0]
    assert (newest.what, newest.who) == ("Referral expired without an answer", "")


def test_event_of_an_action_or_a_question_leads_to_it(people: People) -> None:
    case, action_id, question_id = make_case(people.handler), new_id(), new_id()
    what = {
        "text": "Call the school",
        "strand": Strand.SOCIAL,
        "due_at": timezone.now() + timedelta(days=1),
        "to": None,
    }
    as_user(people.handler, add_action, by=people.handler, action_id=action_id, case_id=case.pk, **what)
    asked = {"question_id": question_id, "text": "Who paid?"}
    as_user(people.handler, ask_question, by=people.handler, case_id=case.pk, **asked)
    client = browser(people.handler)
    answer = client.get(f"/cases/{case.pk}/timeline/")
    urls = [entry.url for entry in answer.context["timeline"].entries]
    assert urls[:2] == [f"/questions/{question_id}/", f"/actions/{action_id}/"]
    assert not any(urls[2:]), "other entries have no page of their own"
    for url in urls[:2]:
        assert f'href="{url}"' in answer.content.decode()
        assert client.get(url).status_code == 200
