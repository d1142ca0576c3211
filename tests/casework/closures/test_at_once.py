"""Two steps of a closing at the same moment: one wins, the other is told, and the worklist is right afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import closures
import pytest
from at_once import in_this_order
from case_rows import make_case
from cluster import OwnDatabase
from past_policies import change
from people import People, as_user, make_people, new_id
from referrals import in_threads
from reviews import ANSWERS
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Case
from casework.cases.vocabulary import CloseReason
from casework.closures import actions
from casework.closures.locking import lock_closure
from casework.closures.models import Closure, Opinion
from casework.closures.states import AGAINST, ClosureState
from casework.reviews.actions import drop_review, hold_review
from casework.reviews.models import Review
from casework.reviews.vocabulary import ReviewKind
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import carry_out_closure, close_case

WHY = "He was seen with them last week."
Step = Callable[[], object]
DECIDED = {"closure.agreed", "closure.refused", "closure.withdrawn", "closure.carried_out"}


@dataclass
class Room:
    """A proposal of the handler: the mayor's office, which decides, is for it; the school has not answered."""

    database: OwnDatabase
    people: People
    case: Case
    mayor: Body
    school: Body
    police: Body
    invitation: Member
    closure: Closure


@pytest.fixture
def room(modules_database: OwnDatabase) -> Room:
    people, mayor, school, police = make_people(), make_body("Mayor"), make_body("School"), make_body("Police")
    case, by = make_case(people.handler), people.handler
    for body, hat in ((mayor, Hat.RISK), (school, Hat.WORKS)):
        accepted(invited(by, case, body.organisation, hats=[hat]), body.person, body.deputy)
    invitation = invited(by, case, police.organisation, hats=[Hat.WORKS])
    closure = closures.proposed(by, case, is_monitored=True)
    closures.said(mayor.deputy, closure, mayor.organisation)
    closures.time_is_over(closure)
    return Room(modules_database, people, case, mayor, school, police, invitation, closure)


def deciding(by: User, room: Room, *, agrees: bool) -> Step:
    version = closures.stored(room.closure, by).version
    answer = {"closure_id": room.closure.pk, "version": version, "agrees": agrees, "decision": "" if agrees else WHY}
    return lambda: as_user(by, actions.decide, by=by, **answer)


def opposing(room: Room) -> Step:
    by = room.school.person
    opinion = closures.opinion_of(by, room.closure, room.school.organisation)
    answer = {"opinion_id": opinion.pk, "version": opinion.version, "is_for": False, "reason": WHY}
    return lambda: as_user(by, actions.give_opinion, by=by, **answer)


def withdrawing(room: Room) -> Step:
    by = room.people.handler
    version = closures.stored(room.closure, by).version
    return lambda: as_user(by, actions.withdraw, by=by, closure_id=room.closure.pk, version=version, reason="Too soon.")


def leaving(body: Body, room: Room) -> Step:
    with acting_as(room.people.handler, purpose="test"):
        member = Member.objects.get(team=room.case.pk, organisation=body.organisation)
    return lambda: left(member, body.person)


def sweeping(room: Room) -> Step:
    change(WorkItem.objects.filter(kind="closing_opinion"), next_at=room.closure.proposed_at)
    return run_steps


def carrying_out(by: User, room: Room) -> Step:
    version = closures.stored(room.closure, by).version
    return lambda: as_user(by, carry_out_closure, by=by, closure_id=room.closure.pk, version=version)


OPEN: dict[str, Callable[[Room], Step]] = {
    "mayor agrees": lambda room: deciding(room.mayor.person, room, agrees=True),
    "deputy refuses": lambda room: deciding(room.mayor.deputy, room, agrees=False),
    "school is against": opposing,
    "handler withdraws": withdrawing,
    "school leaves": lambda room: leaving(room.school, room),
    "mayor leaves": lambda room: leaving(room.mayor, room),
    "police joins": lambda room: lambda: accepted(room.invitation, room.police.person),
    "time is over": sweeping,
}
AGREED: dict[str, Callable[[Room], Step]] = {
    "handler carries it out": lambda room: carrying_out(room.people.handler, room),
    "coordinator carries it out": lambda room: carrying_out(room.people.coordinator, room),
    "handler withdraws": withdrawing,
    "school is against": opposing,
}


def at_once(room: Room, *steps: Step) -> list[BaseException | None]:
    lock = partial(lock_closure, room.closure.pk)
    return in_this_order(room.database, room.people.handler, lock, *steps)


def was_told(error: BaseException | None) -> bool:
    told = (Stale, NotAllowed, actions.StillHeard, actions.NeedsReason)
    return error is None or isinstance(error, told)


def check(room: Room) -> Closure:
    """The worklist, the opinions and the journal say the same as the state."""
    closure = closures.stored(room.closure, room.people.handler)
    with acting_as(room.people.coordinator, purpose="test"):
        opinions = Opinion.objects.filter(closure=closure)
        waiting = set(opinions.waiting().values_list("pk", flat=True))
        listed: dict[str, set[object]] = {}
        for kind, subject in WorkItem.objects.filter(kind__startswith="closing").values_list("kind", "subject"):
            listed.setdefault(kind, set()).add(subject)
        kinds = list(Event.objects.filter(subject=closure.pk).values_list("kind", flat=True))
        opposed = opinions.filter(state__in=AGAINST).exists()
    assert listed.get("closing_opinion", set()) == waiting
    assert not waiting or closure.is_open
    assert ("closing_decision" in listed) is (closure.is_open and not waiting)
    assert ("closing" in listed) is closure.is_agreed
    assert kinds.count("closure.opposed") == int(opposed)
    assert closure.decision or not opposed or closure.state not in (ClosureState.AGREED, ClosureState.CARRIED_OUT)
    assert len(kinds) == len({*kinds} & DECIDED) + sum(kind not in DECIDED for kind in kinds), "each once"
    return closure


@pytest.mark.parametrize("names", permutations(OPEN, 2), ids=" then ".join)
def test_two_steps_of_a_proposal(room: Room, names: tuple[str, str]) -> None:
    first, second = at_once(room, *[OPEN[name](room) for name in names])
    assert first is None
    assert was_told(second), second
    closure = check(room)
    if names[0] in ("mayor agrees", "deputy refuses"):
        assert closure.decided_by_id == (room.mayor.person if names[0] == "mayor agrees" else room.mayor.deputy).pk
        assert names[1] != "school is against" or isinstance(second, Stale)
    if names == ("school is against", "mayor agrees"):
        assert isinstance(second, actions.NeedsReason)
    if names == ("police joins", "mayor agrees"):
        assert isinstance(second, actions.StillHeard)


@pytest.mark.parametrize("names", permutations(AGREED, 2), ids=" then ".join)
def test_two_steps_of_what_is_agreed(room: Room, names: tuple[str, str]) -> None:
    closures.decided(room.mayor.person, room.closure)
    first, second = at_once(room, *[AGREED[name](room) for name in names])
    assert isinstance(first, Stale) if names[0] == "school is against" else first is None
    assert isinstance(second, Stale) or (names[0] == "school is against" and second is None), second
    closure = check(room)
    with acting_as(room.people.handler, purpose="test"):
        case = Case.objects.get(pk=room.case.pk)
        planned = Review.objects.open().of_case(case.pk).filter(kind=ReviewKind.MONITORING).count()
    is_carried_out = closure.state == ClosureState.CARRIED_OUT
    assert (case.is_monitored, planned) == ((True, 4) if is_carried_out else (False, 0))


def test_two_who_propose_at_once_propose_once(modules_database: OwnDatabase) -> None:
    people, mayor = make_people(), make_body("Mayor")
    for _round in range(3):
        case = make_case(people.handler)
        accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person)
        failures = in_threads(
            *(partial(closures.proposed, by, case) for by in (people.handler, people.coordinator, mayor.person))
        )
        assert [type(one) for one in failures] == [Stale, Stale]
        with acting_as(people.handler, purpose="test"):
            assert Closure.objects.of_case(case.pk).count() == 1


@pytest.mark.parametrize("is_proposed_first", [True, False])
def test_nobody_proposes_to_close_a_case_that_one_person_closes(
    modules_database: OwnDatabase, *, is_proposed_first: bool
) -> None:
    """The last body leaves, and the case is closed, while it is proposed."""
    people, mayor = make_people(), make_body("Mayor")
    case = make_case(people.handler)
    accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person)
    with acting_as(people.handler, purpose="test"):
        member = Member.objects.get(team=case.pk)

    def close() -> None:
        left(member, mayor.person)
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)

    def lock() -> None:
        list(Member.objects.filter(pk=member.pk).select_for_update(no_key=True))

    steps = [partial(closures.proposed, people.coordinator, case), close]
    first, second = in_this_order(
        modules_database, people.handler, lock, *(steps if is_proposed_first else reversed(steps))
    )
    assert first is None
    assert second is None or isinstance(second, Stale)
    with acting_as(people.handler, purpose="test"):
        assert not Closure.objects.of_case(case.pk).current().exists()


def test_when_the_last_two_reviews_of_the_monitoring_end_at_once_closing_is_work(room: Room) -> None:
    closures.decided(room.mayor.person, room.closure)
    closures.carried_out(room.people.handler, room.closure)
    by = room.people.handler
    with acting_as(by, purpose="test"):
        reviews = list(Review.objects.open().of_case(room.case.pk).order_by("due_at"))
    for review in reviews[:2]:
        as_user(by, drop_review, by=by, review_id=review.pk, version=review.version, reason="not needed")
    third, fourth = reviews[2:]
    hold = {"review_id": third.pk, "version": 1, "following": None, "reason": "the last", "answers": ANSWERS}
    drop = partial(as_user, by, drop_review, by=by, review_id=fourth.pk, version=1, reason="not needed")
    assert in_this_order(room.database, by, partial(hold_review, by=by, **hold), drop) == [None]
    with acting_as(room.people.coordinator, purpose="test"):
        assert WorkItem.objects.filter(kind="monitoring_over", subject=room.closure.pk).exists()


def test_the_same_proposal_posted_twice_at_once_is_one(modules_database: OwnDatabase) -> None:
    people, mayor = make_people(), make_body("Mayor")
    case, key = make_case(people.handler), new_id()
    accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person)
    assert in_threads(*[partial(closures.proposed, people.handler, case, closure_id=key)] * 3) == []
    with acting_as(people.handler, purpose="test"):
        assert Closure.objects.of_case(case.pk).count() == 1
