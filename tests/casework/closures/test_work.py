"""Nobody waits: what a body does not decide is before the coordinators, and the centre's work goes with the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_rows import give, give_to_partner, make_case
from closures import asked_to_reopen, carried_out, decided, proposed, said, time_is_over
from django.utils import timezone
from past_policies import change
from people import People, as_user, new_id
from plans import begun, objected, planned
from plans import proposed as proposed_plan
from reviews import of_centre, planned_review, stored
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Case
from casework.closures.actions import withdraw
from casework.closures.models import Closure
from casework.closures.states import ClosureState
from casework.reviews.actions import drop_review
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.reviews.states import ReviewState
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.models import Organisation, User
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.worklist.absence_actions import enter_absence
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import release_work, run_steps


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def mayor(people: People, case: Case) -> Body:
    """Accountable for the risk."""
    body = make_body("Mayor")
    accepted(invited(people.handler, case, body.organisation, hats=[Hat.RISK]), body.person, body.deputy)
    return body


def item(people: People, kind: str) -> WorkItem:
    with acting_as(people.coordinator, purpose="test"):
        return WorkItem.objects.get(kind=kind)


def undecided(people: People, closure: Closure) -> int:
    with acting_as(people.handler, purpose="test"):
        return Event.objects.filter(subject=closure.pk, kind="closure.undecided").count()


def long_undecided(people: People, closure: Closure) -> None:
    """As if it had waited for a decision for weeks."""
    long_ago = timezone.now() - timedelta(weeks=3)
    change(Closure.objects.filter(pk=closure.pk), due_at=long_ago)
    time_is_over(closure)
    change(WorkItem.objects.filter(kind="closing_decision"), next_at=timezone.now())
    run_steps()


def test_what_a_body_does_not_decide_is_put_before_the_coordinators_once(
    people: People, case: Case, mayor: Body
) -> None:
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation)
    asked = item(people, "closing_decision")
    assert (asked.is_escalated, asked.steps_at) == (False, [asked.due_at])
    assert asked.due_at > closure.due_at
    long_undecided(people, closure)
    run_steps()
    assert item(people, "closing_decision").is_escalated
    assert undecided(people, closure) == 1
    assert decided(mayor.person, closure).state == ClosureState.AGREED


def test_a_late_opinion_leaves_it_there(people: People, case: Case, mayor: Body) -> None:
    school = make_body("School")
    accepted(invited(people.handler, case, school.organisation, hats=[Hat.WORKS]), school.person)
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation)
    change(WorkItem.objects.filter(kind="closing_opinion"), next_at=closure.proposed_at)
    run_steps()
    long_undecided(people, closure)
    said(school.person, closure, school.organisation)
    assert item(people, "closing_decision").is_escalated
    run_steps()
    assert undecided(people, closure) == 1


def test_if_the_body_leaves_the_coordinators_decide_and_nothing_is_late(
    people: People, case: Case, mayor: Body
) -> None:
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation)
    long_undecided(people, closure)
    with acting_as(people.handler, purpose="test"):
        member = Member.objects.get(team=case.pk)
    left(member, mayor.person)
    now = item(people, "closing_decision")
    assert (now.organisation_id, now.role, now.besides) == (people.centre.pk, "coordinator", [people.handler.pk])
    assert not now.is_escalated


def test_what_is_decided_or_withdrawn_is_not_put_before_anybody(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation)
    as_user(people.handler, withdraw, by=people.handler, closure_id=closure.pk, version=1, reason="Too soon.")
    run_steps()
    assert undecided(people, closure) == 0


def at_centre(people: People) -> dict[str, int | None]:
    """Whose each kind of work at the centre is."""
    with acting_as(people.coordinator, purpose="test"):
        found = WorkItem.objects.filter(organisation=people.centre, role="").exclude(kind="action")
        return dict(found.values_list("kind", "user"))


def test_work_of_the_centre_goes_with_the_case(people: People, case: Case, mayor: Body) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, mayor.organisation)
    planned_review(people.handler, case, of_centre(people, people.handler))
    proposed_plan(people.handler, plan)
    closure = proposed(mayor.person, case, is_monitored=True)
    assert at_centre(people) == {"closing_opinion": people.handler.pk, "review": people.handler.pk}
    give(people, case, people.colleague)
    assert at_centre(people) == {"closing_opinion": people.colleague.pk, "review": people.colleague.pk}
    said(people.colleague, closure, people.centre)
    decided(mayor.deputy, closure)
    assert at_centre(people)["closing"] == people.colleague.pk
    give(people, case, None)
    assert at_centre(people)["closing"] is None
    give(people, case, people.handler)
    assert at_centre(people) == {"closing": people.handler.pk, "review": people.handler.pk}
    carried_out(people.handler, closure)
    asked_to_reopen(mayor.person, case)
    with acting_as(people.handler, purpose="test"):
        reviews = list(Review.objects.open().of_case(case.pk))
    give(people, case, people.colleague)
    assert set(at_centre(people).values()) == {people.colleague.pk}
    for one in reviews:
        now = stored(one, people.colleague)
        values = {"review_id": one.pk, "version": now.version, "reason": "not needed"}
        as_user(people.colleague, drop_review, by=people.colleague, **values)
    give(people, case, people.handler)
    assert at_centre(people) == {"reopening": people.handler.pk, "monitoring_over": people.handler.pk}


def test_an_objection_to_a_plan_goes_with_the_case(people: People, case: Case, mayor: Body) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, mayor.organisation)
    proposed_plan(people.handler, plan)
    objected(mayor.person, plan, mayor.organisation)
    assert at_centre(people) == {"plan": people.handler.pk}
    give(people, case, people.colleague)
    assert at_centre(people) == {"plan": people.colleague.pk}


def test_a_review_that_somebody_else_holds_stays_with_them(people: People, case: Case, mayor: Body) -> None:
    theirs = planned_review(people.handler, case, of_centre(people, people.coordinator))
    of_body = planned_review(people.handler, case, Holder(mayor.organisation, mayor.person))
    own = planned_review(people.handler, case, of_centre(people, people.handler))
    give(people, case, people.colleague)
    holders = [stored(one, people.coordinator).user for one in (theirs, of_body, own)]
    assert holders == [people.coordinator, mayor.person, people.colleague]


def test_while_a_partner_has_the_case_it_is_the_contact_persons(people: People, case: Case) -> None:
    own = planned_review(people.handler, case, of_centre(people, people.handler))
    give(people, case, people.colleague)
    assert stored(own, people.coordinator).user == people.colleague
    give_to_partner(people, case)
    assert stored(own, people.coordinator).user == people.handler, "the contact person"


def away(people: People, person: User, place: Organisation) -> None:
    absence = {"absence_id": new_id(), "starts_on": timezone.localdate(), "ends_on": None, "deputy": None}
    as_user(person, enter_absence, by=person, organisation=place, person=person, **absence)
    seen = timezone.now() - timedelta(hours=2)
    change(User.objects.filter(pk=person.pk), last_login=seen, date_joined=seen)


def test_work_of_somebody_who_is_away_is_before_the_coordinators_and_nothing_is_missed(
    people: People, case: Case, mayor: Body
) -> None:
    """Neither is a review missed before it is due, nor a decision late before anybody has answered."""
    reviews = [
        planned_review(people.handler, case, of_centre(people, people.handler)),
        planned_review(people.handler, case, Holder(mayor.organisation, mayor.person)),
    ]
    closure = proposed(people.handler, case)
    said(mayor.deputy, closure, mayor.organisation)
    away(people, people.handler, people.centre)
    away(people, mayor.person, mayor.organisation)
    release_work()
    with acting_as(people.coordinator, purpose="test"):
        found = WorkItem.objects.filter(subject__in=[closure.pk, *(one.pk for one in reviews)])
        assert list(found.values_list("is_escalated", flat=True)) == [True] * 3
    assert {stored(one, people.coordinator).state for one in reviews} == {ReviewState.PLANNED}
    assert undecided(people, closure) == 0
