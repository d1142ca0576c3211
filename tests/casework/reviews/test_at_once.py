"""Two steps of a review at the same moment: whichever comes first, nothing is open on a closed case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import closures
import pytest
from assessments import make_contact
from at_once import in_this_order
from case_assessments import asked, delivered
from case_rows import make_case
from cluster import OwnDatabase
from people import People, as_user, make_people
from reviews import ANSWERS, following, plan_in_force, planned_review, reviews_of
from teams import Body, accepted, invited, left, make_body

from casework.cases.actions import link_contact
from casework.cases.models import Case
from casework.reviews import actions
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem


@dataclass
class Room:
    """A review that is held by the police, who coordinate the process."""

    database: OwnDatabase
    people: People
    case: Case
    police: Body
    review: Review


@pytest.fixture
def room(modules_database: OwnDatabase) -> Room:
    people, police = make_people(), make_body("Police")
    case = make_case(people.handler)
    hats = [Hat.WORKS, Hat.PROCESS]
    accepted(invited(people.handler, case, police.organisation, hats=hats), police.person, police.deputy)
    review = planned_review(people.handler, case, Holder(police.organisation, police.person))
    return Room(modules_database, people, case, police, review)


def holding(room: Room) -> Callable[[], object]:
    by, later = room.police.person, following(Holder(room.police.organisation, room.police.person))
    values = {"review_id": room.review.pk, "version": room.review.version, "answers": ANSWERS}
    return lambda: as_user(by, actions.hold_review, by=by, following=later, **values)


def moving(room: Room) -> Callable[[], object]:
    by, later = room.police.deputy, following(Holder(room.police.organisation, room.police.deputy))
    values = {"review_id": room.review.pk, "version": room.review.version, "reason": "no time"}
    return lambda: as_user(by, actions.move_review, by=by, following=later, **values)


def leaving(room: Room) -> Callable[[], object]:
    with acting_as(room.people.handler, purpose="test"):
        member = Member.objects.get(team=room.case.pk)
    return lambda: left(member, room.police.person)


def closing(room: Room) -> Callable[[], object]:
    """As the police and a coordinator have agreed."""
    by, police = room.people.handler, room.police
    closure = closures.proposed(by, room.case)
    closures.said(police.person, closure, police.organisation)
    closures.decided(room.people.coordinator, closure)
    return lambda: closures.carried_out(by, closure)


STEPS = {"holds": holding, "moves": moving, "leaves": leaving, "closes": closing}


def lock(room: Room) -> None:
    list(Review.objects.filter(pk=room.review.pk).select_for_update(no_key=True))


@pytest.mark.parametrize(("first", "second"), permutations(STEPS, 2), ids=lambda name: name)
def test_two_steps_at_once_leave_the_case_whole(room: Room, first: str, second: str) -> None:
    steps = [STEPS[name](room) for name in (first, second)]
    raised = in_this_order(room.database, room.people.handler, partial(lock, room), *steps)
    assert all(error is None or isinstance(error, Stale | NotAllowed) for error in raised), raised
    assert raised[0] is None
    with acting_as(room.people.handler, purpose="test"):
        room.case.refresh_from_db()
    with acting_as(room.people.coordinator, purpose="test"):
        items = set(WorkItem.objects.filter(kind="review").values_list("subject", flat=True))
    to_do = [one for one in reviews_of(room.case, room.people.handler) if one.is_open]
    assert items == {one.pk for one in to_do}
    if not room.case.is_open:
        assert to_do == []
    if "leaves" in (first, second) and room.case.is_open:
        assert {one.organisation_id for one in to_do} <= {room.people.centre.pk}


def test_two_pieces_of_new_information_at_once_propose_one_review(modules_database: OwnDatabase) -> None:
    people = make_people()
    case, by = make_case(people.handler), people.handler
    plan_in_force(people, case)
    assessment, contact = asked(by, case, by, people.centre), make_contact(by)
    link = partial(link_contact, by=by, case_id=case.pk, contact=contact)
    assert in_this_order(modules_database, by, link, partial(delivered, assessment, by)) == [None]
    found = [one for one in reviews_of(case, by) if one.is_proposed]
    assert len(found) == 1
    with acting_as(by, purpose="test"):
        assert Event.objects.filter(case=case.pk, kind="review.proposed").count() == 1
