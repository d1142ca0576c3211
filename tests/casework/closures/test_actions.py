"""How a case is closed together; what each may do, twice, late and from a stale tab."""

from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from closures import carried_out, decided, opinion_of, proposed, said, stored, time_is_over
from django.db import DatabaseError
from past_policies import change
from people import People, as_user, new_id
from teams import Body, accepted, invited, left, make_body
from teams import stored as member_of

from casework.cases.actions import reopen_case
from casework.cases.closing_needs import NotReady
from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.closures import actions
from casework.closures.models import Closure, Opinion
from casework.closures.states import ClosureState, OpinionState
from casework.teams.models import Member
from casework.teams.states import MemberState
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case

WHY = "He was seen with them last week."


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def mayor(people: People, case: Case) -> Body:
    """Accountable for the risk."""
    return in_team(people, case, make_body("Mayor"), Hat.RISK)


@pytest.fixture
def school(people: People, case: Case) -> Body:
    return in_team(people, case, make_body("School"), Hat.WORKS)


def in_team(people: People, case: Case, body: Body, *hats: Hat) -> Body:
    accepted(invited(people.handler, case, body.organisation, hats=list(hats)), body.person, body.deputy)
    return body


def case_of(reader: User, case: Case) -> Case:
    with acting_as(reader, purpose="test"):
        return Case.objects.get(pk=case.pk)


def work(reader: User, kind: str) -> list[WorkItem]:
    with acting_as(reader, purpose="test"):
        return list(WorkItem.objects.filter(kind=kind))


def states(reader: User, closure: Closure) -> dict[int, str]:
    with acting_as(reader, purpose="test"):
        return dict(Opinion.objects.filter(closure=closure).values_list("organisation", "state"))


def kinds(reader: User, closure: Closure) -> list[str]:
    with acting_as(reader, purpose="test"):
        return list(Event.objects.filter(subject=closure.pk).order_by("pk").values_list("kind", flat=True))


def member(reader: User, case: Case, body: Body) -> Member:
    with acting_as(reader, purpose="test"):
        return Member.objects.get(team=case.pk, organisation=body.organisation)


def test_the_bodies_are_heard_who_is_accountable_decides_and_the_centre_closes(
    people: People, case: Case, mayor: Body, school: Body
) -> None:
    closure = proposed(people.handler, case)
    assert closure.accountable_id == mayor.organisation.pk
    assert states(people.handler, closure) == {
        people.centre.pk: OpinionState.FOR,
        mayor.organisation.pk: OpinionState.WAITING,
        school.organisation.pk: OpinionState.WAITING,
    }
    assert {item.user_id for item in work(people.coordinator, "closing_opinion")} == {mayor.person.pk, school.person.pk}
    said(school.person, closure, school.organisation)
    assert work(people.coordinator, "closing_decision") == []
    said(mayor.deputy, closure, mayor.organisation)
    (item,) = work(people.coordinator, "closing_decision")
    assert (item.organisation_id, item.user_id) == (mayor.organisation.pk, mayor.person.pk)
    decided(mayor.person, closure)
    assert work(people.coordinator, "closing_decision") == []
    (item,) = work(people.coordinator, "closing")
    assert item.user_id == people.handler.pk
    carried_out(people.handler, closure)
    found = case_of(people.handler, case)
    assert (found.state, found.close_reason) == (CaseState.CLOSED, CloseReason.GOALS_MET)
    assert member(people.handler, case, school).state == MemberState.LEFT
    assert work(people.coordinator, "closing") == []
    assert kinds(people.handler, closure) == [
        *("closure.proposed", "closure.supported", "closure.supported", "closure.agreed", "closure.carried_out"),
    ]


def test_monitored_the_bodies_stay(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case, is_monitored=True)
    said(mayor.person, closure, mayor.organisation)
    decided(mayor.person, closure)
    carried_out(people.handler, closure)
    assert case_of(people.handler, case).state == CaseState.MONITORED
    assert member(people.handler, case, mayor).state == MemberState.ACTIVE
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk)
    assert case_of(people.handler, case).state == CaseState.CLOSED


def test_without_an_accountable_body_the_coordinators_decide_never_who_proposed(
    people: People, case: Case, school: Body
) -> None:
    closure = proposed(people.coordinator, case)
    said(school.person, closure, school.organisation)
    (item,) = work(people.coordinator, "closing_decision")
    assert (item.role, item.besides) == ("coordinator", [people.coordinator.pk])
    for who in (people.coordinator, people.handler, school.person):
        with pytest.raises(NotAllowed):
            decided(who, closure)
    with pytest.raises(DatabaseError), acting_as(people.coordinator, purpose="test"):
        Closure.objects.filter(pk=closure.pk).update(state="agreed", decided_by=people.coordinator)


def test_an_accountable_body_whose_only_person_proposed_does_not_decide(people: People, case: Case) -> None:
    mayor = make_body("Mayor")
    accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person)
    closure = proposed(mayor.person, case)
    assert closure.organisation_id == mayor.organisation.pk
    assert closure.accountable_id == people.centre.pk
    assert states(people.handler, closure)[people.centre.pk] == OpinionState.WAITING
    said(people.handler, closure, people.centre)
    decided(people.coordinator, closure)


def test_nothing_is_decided_before_everybody_was_heard(people: People, case: Case, mayor: Body, school: Body) -> None:
    closure = proposed(people.handler, case)
    said(mayor.person, closure, mayor.organisation)
    with pytest.raises(actions.StillHeard):
        decided(mayor.person, closure)
    time_is_over(closure)
    decided(mayor.person, closure)
    assert states(people.handler, closure)[school.organisation.pk] == OpinionState.SILENT


def test_who_does_not_answer_in_time_is_silent_and_may_still_answer(
    people: People, case: Case, mayor: Body, school: Body
) -> None:
    closure = proposed(people.handler, case)
    said(mayor.person, closure, mayor.organisation)
    change(WorkItem.objects.filter(kind="closing_opinion"), next_at=closure.proposed_at)
    run_steps()
    run_steps()
    assert states(people.handler, closure)[school.organisation.pk] == OpinionState.SILENT
    assert kinds(people.handler, closure)[-1] == "closure.unanswered"
    assert work(people.coordinator, "closing_opinion") == []
    assert len(work(people.coordinator, "closing_decision")) == 1
    said(school.person, closure, school.organisation, is_for=False, reason=WHY)
    with pytest.raises(actions.NeedsReason):
        decided(mayor.person, closure)


def test_against_a_body_only_with_a_reason_and_refused_only_with_one(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation, is_for=False, reason=WHY)
    for agrees in (True, False):
        with pytest.raises(actions.NeedsReason):
            decided(mayor.person, closure, agrees=agrees)
    now = decided(mayor.person, closure, agrees=False, decision="Not yet.")
    assert (now.state, now.decision) == (ClosureState.REFUSED, "Not yet.")
    with acting_as(people.handler, purpose="test"):
        assert Opinion.objects.get(closure=closure, organisation=mayor.organisation).reason == WHY
    assert proposed(people.handler, case).state == ClosureState.OPEN


def test_one_person_closes_no_case_on_which_other_bodies_work(people: People, case: Case, school: Body) -> None:
    for who in (people.handler, people.coordinator):
        with pytest.raises(NotReady):
            as_user(who, close_case, by=who, case_id=case.pk, reason=CloseReason.MOVED)
    with pytest.raises(DatabaseError, match="not agreed"), acting_as(people.handler, purpose="test"):
        Case.objects.filter(pk=case.pk).update(state="monitored", close_reason="moved")


def test_what_is_agreed_is_not_closed_past_the_agreement(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case, is_monitored=True)
    said(mayor.person, closure, mayor.organisation)
    decided(mayor.person, closure)
    with pytest.raises(NotReady):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.OTHER)
    with pytest.raises(DatabaseError), acting_as(people.handler, purpose="test"):
        Closure.objects.filter(pk=closure.pk).update(state="carried_out", ended_by=people.handler)


def test_when_the_last_body_has_left_one_person_closes_and_the_proposal_is_withdrawn(
    people: People, case: Case, school: Body
) -> None:
    closure = proposed(people.handler, case)
    left(member_of(member(people.handler, case, school), people.handler), school.person)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)
    assert stored(closure, people.handler).state == ClosureState.WITHDRAWN
    assert case_of(people.handler, case).close_reason == CloseReason.MOVED


def test_a_body_that_joins_is_asked_and_one_that_leaves_no_longer(
    people: People, case: Case, mayor: Body, school: Body
) -> None:
    closure = proposed(people.handler, case)
    police = in_team(people, case, make_body("Police"), Hat.WORKS)
    assert states(people.handler, closure)[police.organisation.pk] == OpinionState.WAITING
    left(member_of(member(people.handler, case, mayor), people.handler), mayor.person)
    assert states(people.handler, closure)[mayor.organisation.pk] == OpinionState.WITHDRAWN
    assert stored(closure, people.handler).accountable_id == people.centre.pk
    for body in (police, school):
        said(body.person, closure, body.organisation)
    decided(people.coordinator, closure)


def test_a_body_that_comes_back_is_asked_again(people: People, case: Case, mayor: Body, school: Body) -> None:
    closure = proposed(people.handler, case)
    left(member_of(member(people.handler, case, school), people.handler), school.person)
    in_team(people, case, school, Hat.WORKS)
    with acting_as(people.handler, purpose="test"):
        asked = Opinion.objects.filter(closure=closure, organisation=school.organisation)
        assert sorted(asked.values_list("state", flat=True)) == ["waiting", "withdrawn"]


def test_each_step_twice_is_one(people: People, case: Case, mayor: Body) -> None:
    key = new_id()
    first, closure = (proposed(people.handler, case, closure_id=key) for _time in range(2))
    assert first == closure
    opinion = opinion_of(mayor.person, closure, mayor.organisation)
    for _time in range(2):
        as_user(mayor.person, actions.give_opinion, by=mayor.person, opinion_id=opinion.pk, version=1, is_for=True)
    for _time in range(2):
        as_user(mayor.person, actions.decide, by=mayor.person, closure_id=key, version=1, agrees=True)
    carried_out(people.handler, closure)
    carried_out(people.handler, closure)
    assert len(kinds(people.handler, closure)) == 4


def test_a_stale_tab_changes_nothing(people: People, case: Case, mayor: Body, school: Body) -> None:
    closure = proposed(people.handler, case)
    with pytest.raises(Stale):
        proposed(people.coordinator, case)
    opinion = opinion_of(mayor.person, closure, mayor.organisation)
    said(mayor.person, closure, mayor.organisation)
    with pytest.raises(Stale):
        as_user(mayor.deputy, actions.give_opinion, by=mayor.deputy, opinion_id=opinion.pk, version=1, is_for=False,
                reason=WHY)  # fmt: skip
    said(school.person, closure, school.organisation)
    decided(mayor.person, closure)
    with pytest.raises(Stale):
        as_user(mayor.deputy, actions.decide, by=mayor.deputy, closure_id=closure.pk, version=1, agrees=False,
                decision=WHY)  # fmt: skip
    withdraw(people.handler, closure)
    with pytest.raises(Stale):
        carried_out(people.handler, closure)


def withdraw(by: User, closure: Closure) -> None:
    now = stored(closure, by)
    as_user(by, actions.withdraw, by=by, closure_id=closure.pk, version=now.version, reason="He was seen again.")


def test_who_proposed_and_the_centre_withdraw_it_and_then_nobody_is_asked(
    people: People, case: Case, mayor: Body, school: Body
) -> None:
    closure = proposed(mayor.person, case)
    with pytest.raises(NotAllowed):
        withdraw(school.person, closure)
    withdraw(mayor.person, closure)
    assert states(people.handler, closure)[school.organisation.pk] == OpinionState.WITHDRAWN
    assert work(people.coordinator, "closing_opinion") == []
    with pytest.raises(Stale):
        said(people.handler, closure, people.centre)


def test_what_is_agreed_only_the_centre_withdraws(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(mayor.person, case)
    said(people.handler, closure, people.centre)
    decided(mayor.deputy, closure)
    with pytest.raises(NotAllowed):
        withdraw(mayor.person, closure)
    withdraw(people.handler, closure)
    assert stored(closure, people.handler).state == ClosureState.WITHDRAWN


@pytest.mark.parametrize("who", ["colleague", "other_coordinator", "school", "partner_worker"])
def test_others_propose_nothing(people: People, case: Case, school: Body, who: str) -> None:
    user = school.person if who == "school" else getattr(people, who, None)
    if user is None:
        pytest.skip("no such person")
    with pytest.raises(NotAllowed):
        proposed(user, case)


def test_a_case_of_the_centre_alone_has_no_proposal(people: People, case: Case) -> None:
    invited(people.handler, case, make_body("School").organisation)
    with pytest.raises(Stale):
        proposed(people.handler, case)


def test_a_body_answers_for_itself_only(people: People, case: Case, mayor: Body, school: Body) -> None:
    closure = proposed(people.handler, case)
    with pytest.raises(NotAllowed):
        said(school.person, closure, mayor.organisation)
    with pytest.raises(DatabaseError), acting_as(school.person, purpose="test"):
        assert not Opinion.objects.filter(organisation=mayor.organisation).update(state="for")
        Opinion.objects.filter(organisation=school.organisation).update(state="against", answered_by=school.person)


def test_reopened_and_closed_again_it_is_a_new_proposal(people: People, case: Case, mayor: Body) -> None:
    for _time in range(2):
        closure = proposed(people.handler, case, is_monitored=True)
        said(mayor.person, closure, mayor.organisation)
        decided(mayor.person, closure)
        carried_out(people.handler, closure)
        as_user(people.handler, reopen_case, by=people.handler, case_id=case.pk, cause=ReopenCause.WARNING_SIGN)
    with pytest.raises(NotReady):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)


def test_texts_are_read_by_the_team_and_by_nobody_else(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    assert stored(closure, mayor.person).reached == closure.reached
    others: list[Any] = [people.colleague, people.other_coordinator]
    for who in others:
        with acting_as(who, purpose="test"):
            assert not Closure.objects.exists()
            assert not Opinion.objects.exists()
