"""A monitored case is opened again: who proposes it, who answers, twice, late and from a stale tab."""

from __future__ import annotations

import pytest
from case_rows import make_case
from closures import asked_to_reopen, closed_together
from people import People, as_user, new_id
from teams import Body, accepted, invited, make_body

from casework.cases.actions import reopen_case
from casework.cases.closing_needs import NotReady
from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.cases.vocabulary import ReopenCause
from casework.closures.models import Reopening
from casework.closures.reopening_actions import answer_reopening
from casework.closures.states import ReopeningState
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import close_case


@pytest.fixture
def school() -> Body:
    return make_body("School")


@pytest.fixture
def case(people: People, school: Body) -> Case:
    """Monitored."""
    made = make_case(people.handler)
    accepted(invited(people.handler, made, school.organisation, hats=[Hat.WORKS]), school.person, school.deputy)
    closed_together(people.handler, people.coordinator, made, (school.person, school.organisation), is_monitored=True)
    return made


def answer(by: User, found: Reopening, *, reopens: bool, version: int = 1, words: str = "") -> None:
    as_user(by, answer_reopening, by=by, reopening_id=found.pk, version=version, reopens=reopens, answer=words)


def stored(reader: User, found: Reopening) -> Reopening:
    with acting_as(reader, purpose="test"):
        return Reopening.objects.select_related("data_key").get(pk=found.pk)


def state(reader: User, case: Case) -> str:
    with acting_as(reader, purpose="test"):
        return Case.objects.get(pk=case.pk).state


def test_a_body_proposes_it_and_the_centre_opens_it_again(people: People, case: Case, school: Body) -> None:
    found = asked_to_reopen(school.person, case)
    with acting_as(people.handler, purpose="test"):
        item = WorkItem.objects.get(kind="reopening")
    assert item.user_id == people.handler.pk
    for _time in range(2):
        answer(people.handler, found, reopens=True)
    assert state(people.handler, case) == CaseState.OPEN
    assert stored(school.person, found).state == ReopeningState.REOPENED
    with acting_as(people.handler, purpose="test"):
        assert not WorkItem.objects.filter(kind="reopening").exists()
        events = Event.objects.filter(subject=case.pk, kind="case.reopened")
        assert [event.data for event in events] == [{"cause": ReopenCause.WARNING_SIGN}]


def test_not_opened_again_says_why_and_the_case_stays_monitored(people: People, case: Case, school: Body) -> None:
    found = asked_to_reopen(school.person, case)
    answer(people.handler, found, reopens=False, words="It was his brother.")
    assert state(people.handler, case) == CaseState.MONITORED
    assert stored(school.person, found).answer == "It was his brother."
    with pytest.raises(Stale):
        answer(people.coordinator, found, reopens=True)
    assert asked_to_reopen(school.person, case).pk != found.pk


def test_a_proposal_that_comes_twice_is_one_and_a_second_one_waits(people: People, case: Case, school: Body) -> None:
    key = new_id()
    for _time in range(2):
        asked_to_reopen(school.person, case, reopening_id=key)
    with pytest.raises(Stale):
        asked_to_reopen(school.deputy, case)


def test_opened_again_otherwise_it_is_answered(people: People, case: Case, school: Body) -> None:
    found = asked_to_reopen(school.person, case)
    as_user(people.coordinator, reopen_case, by=people.coordinator, case_id=case.pk, cause=ReopenCause.ASKED)
    now = stored(people.handler, found)
    assert (now.state, now.decided_by_id) == (ReopeningState.REOPENED, people.coordinator.pk)
    with pytest.raises(Stale):
        asked_to_reopen(school.person, case)


def test_it_is_answered_before_the_case_is_closed(people: People, case: Case, school: Body) -> None:
    found = asked_to_reopen(school.person, case)
    with pytest.raises(NotReady):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk)
    answer(people.handler, found, reopens=False, words="It was his brother.")
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk)
    assert state(people.handler, case) == CaseState.CLOSED


def test_others_neither_propose_nor_answer(people: People, case: Case, school: Body) -> None:
    for who in (people.colleague, people.other_coordinator):
        with pytest.raises(NotAllowed):
            asked_to_reopen(who, case)
    found = asked_to_reopen(school.person, case)
    for who in (school.person, people.colleague):
        with pytest.raises(NotAllowed):
            answer(who, found, reopens=True)
