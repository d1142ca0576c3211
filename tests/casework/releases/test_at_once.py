"""Two steps of a release or an exit report at the same moment: one wins, the other is told, nothing is lost."""

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
from people import People, as_user, make_people, make_user, new_id
from prison_releases import announced, in_days, stored, stored_report, with_step, without_report, written
from referrals import in_threads
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Action, Case
from casework.cases.states import ActionState
from casework.cases.work_actions import finish_action
from casework.releases import actions, report_actions
from casework.releases.models import ExitReport, PrisonRelease
from casework.releases.permissions import NotResponsible
from casework.releases.vocabulary import Recipient
from casework.reviews.models import Review
from casework.teams.actions import name_people
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem

Step = Callable[[], object]


@dataclass
class Room:
    """A release for which the police answer, with a step of theirs."""

    database: OwnDatabase
    people: People
    case: Case
    police: Body
    third: User
    release: PrisonRelease
    action: Action


@pytest.fixture
def room(modules_database: OwnDatabase) -> Room:
    people, police = make_people(), make_body("Police")
    third = make_user((police.organisation, Role.LIAISON))
    case, by = make_case(people.handler), people.handler
    accepted(invited(by, case, police.organisation, hats=[Hat.CONTENT]), police.person, police.deputy)
    release = announced(by, case, police.organisation, user=police.person)
    without_report(by, release)
    planned = with_step(by, release, organisation=police.organisation, user=police.person)
    with acting_as(by, purpose="test"):
        action = Action.objects.get(pk=planned.pk)
    return Room(modules_database, people, case, police, third, stored(release, by), action)


def member(room: Room) -> Member:
    with acting_as(room.people.handler, purpose="test"):
        return Member.objects.get(team=room.case.pk)


def moving(room: Room) -> Step:
    by = room.people.handler
    values = {"release_id": room.release.pk, "version": room.release.version, "reason": "A letter came."}
    return lambda: as_user(by, actions.move_date, by=by, release_date=in_days(50), **values)


def cancelling(room: Room) -> Step:
    by = room.police.deputy
    values = {"release_id": room.release.pk, "version": room.release.version, "reason": "He stays."}
    return lambda: as_user(by, actions.cancel, by=by, **values)


def leaving(room: Room) -> Step:
    return partial(left, member(room), room.police.person)


def naming(room: Room) -> Step:
    now, by = member(room), room.police.person
    values = {"member_id": now.pk, "version": now.version, "person": room.third, "deputy": room.police.person}
    return lambda: as_user(by, name_people, by=by, **values)


def closing(room: Room) -> Step:
    """As the police and a coordinator have agreed."""
    by, police = room.people.handler, room.police
    closure = closures.proposed(by, room.case)
    closures.said(police.person, closure, police.organisation)
    closures.decided(room.people.coordinator, closure)
    return lambda: closures.carried_out(by, closure)


def finishing(room: Room) -> Step:
    by = room.police.person
    values = {"action_id": room.action.pk, "version": room.action.version, "result": "He has a flat."}
    return lambda: as_user(by, finish_action, by=by, **values)


STEPS: dict[str, Callable[[Room], Step]] = {
    "the date moves": moving,
    "police cancel": cancelling,
    "police leave": leaving,
    "police name another": naming,
    "handler closes": closing,
}


def lock_reviews(room: Room) -> None:
    list(Review.objects.of_case(room.case.pk).select_for_update(no_key=True))


def lock_action(room: Room) -> None:
    list(Action.objects.filter(pk=room.action.pk).select_for_update(no_key=True))


def check(room: Room) -> PrisonRelease:
    """The worklist, the action, the reviews and the journal say the same as the release."""
    release = stored(room.release, room.people.handler)
    with acting_as(room.people.coordinator, purpose="test"):
        action = Action.objects.get(pk=room.action.pk)
        reviews = Review.objects.open().of_case(room.case.pk)
        holders = set(reviews.values_list("organisation", flat=True))
        bodies = set(Member.objects.in_team().filter(team=room.case.pk).values_list("organisation", flat=True))
        listed = list(WorkItem.objects.filter(kind="prison_release").values_list("organisation", "user"))
        said = list(Event.objects.filter(subject=action.pk).values_list("kind", flat=True))
        planned = reviews.filter(about=release.pk)
        assert planned.count() == (3 if release.is_current else 0)
        if release.is_current:
            first = planned.order_by("due_at")[0]
            assert (release.release_date - first.due_at.date()).days == 14
            assert not action.is_open or (release.release_date - action.due_at.date()).days == 7
    assert listed == ([(release.organisation_id, release.user_id)] if release.is_current else [])
    assert {release.organisation_id, *holders} <= {*bodies, room.people.centre.pk} or not release.is_current
    assert release.is_current or not action.is_open
    assert said.count("action.moved") == int(action.due_at != room.action.due_at), said
    assert said.count("action.done") == int(action.state == ActionState.DONE)
    assert said.count("action.dropped") == int(action.state == ActionState.DROPPED)
    return release


@pytest.mark.parametrize("names", permutations(STEPS, 2), ids=" then ".join)
def test_two_steps_of_a_release(room: Room, names: tuple[str, str]) -> None:
    steps = [STEPS[name](room) for name in names]
    first, second = in_this_order(room.database, room.people.handler, partial(lock_reviews, room), *steps)
    assert first is None
    assert second is None or isinstance(second, Stale | NotAllowed), second
    release = check(room)
    taken = {names[0], *([] if second else [names[1]])}
    assert release.is_current is not bool({"police cancel", "handler closes"} & taken)


@pytest.mark.parametrize("other", ["the date moves", "police cancel"])
@pytest.mark.parametrize("is_done_first", [True, False])
def test_a_step_is_done_while_the_date_moves(room: Room, other: str, *, is_done_first: bool) -> None:
    steps = [finishing(room), STEPS[other](room)]
    first, second = in_this_order(
        room.database, room.people.handler, partial(lock_action, room), *(steps if is_done_first else reversed(steps))
    )
    assert first is None
    assert second is None if is_done_first else isinstance(second, Stale)
    release = check(room)
    assert release.is_current is (other == "the date moves")
    with acting_as(room.people.handler, purpose="test"):
        state = Action.objects.get(pk=room.action.pk).state
    assert (state == ActionState.DONE) is is_done_first


def test_two_who_announce_at_once_announce_one(modules_database: OwnDatabase) -> None:
    people, police = make_people(), make_body("Police")
    for _round in range(3):
        case = make_case(people.handler)
        accepted(invited(people.handler, case, police.organisation, hats=[Hat.CONTENT]), police.person)
        failures = in_threads(
            *(partial(announced, by, case, people.centre) for by in (people.handler, people.coordinator, police.person))
        )
        assert [type(one) for one in failures] == [Stale, Stale]
        with acting_as(people.handler, purpose="test"):
            assert PrisonRelease.objects.filter(team=case.pk).count() == 1
            assert Review.objects.of_case(case.pk).count() == 3


def test_the_same_release_posted_twice_at_once_is_one(modules_database: OwnDatabase) -> None:
    people, police = make_people(), make_body("Police")
    for by in (people.handler, police.person):
        case, key = make_case(people.handler), new_id()
        accepted(invited(people.handler, case, police.organisation, hats=[Hat.CONTENT]), police.person)
        assert in_threads(*[partial(announced, by, case, people.centre, release_id=key)] * 3) == []
        with acting_as(people.handler, purpose="test"):
            assert PrisonRelease.objects.filter(team=case.pk).count() == 1


@pytest.mark.parametrize("is_announced_first", [True, False])
def test_a_body_that_leaves_answers_for_no_release(modules_database: OwnDatabase, *, is_announced_first: bool) -> None:
    people, police = make_people(), make_body("Police")
    case, by = make_case(people.handler), people.handler
    found = accepted(invited(by, case, police.organisation, hats=[Hat.WORKS]), police.person)
    steps = [partial(announced, by, case, police.organisation, user=police.person), partial(left, found, police.person)]

    def lock() -> None:
        list(Member.objects.filter(team=case.pk).select_for_update(no_key=True))

    first, second = in_this_order(modules_database, by, lock, *(steps if is_announced_first else reversed(steps)))
    assert first is None
    assert second is None if is_announced_first else isinstance(second, NotResponsible)
    with acting_as(people.handler, purpose="test"):
        assert not PrisonRelease.objects.current().filter(team=case.pk, organisation=police.organisation).exists()


def report_step(by: User, action: Callable[..., None], report: ExitReport, **values: object) -> Step:
    given = {"report_id": report.pk, "version": report.version, **values}
    return lambda: as_user(by, action, by=by, **given)


def test_two_steps_of_a_discussed_report(room: Room) -> None:
    by, coordinator, officer = room.people.handler, room.people.coordinator, room.police.person
    discuss, approve, reopen = report_actions.mark_discussed, report_actions.approve, report_actions.reopen
    written_one = stored_report(written(by, room.case), by)
    report_step(by, discuss, written_one)()
    for first_by, first, second_by, second in (
        (coordinator, approve, officer, approve),
        (by, reopen, coordinator, approve),
        (coordinator, approve, by, reopen),
    ):
        report = stored_report(written_one, by)
        steps = [report_step(first_by, first, report), report_step(second_by, second, report)]

        def lock() -> None:
            list(ExitReport.objects.filter(pk=written_one.pk).select_for_update(no_key=True))

        raised = in_this_order(room.database, by, lock, *steps)
        assert raised[0] is None
        assert isinstance(raised[1], Stale)
        now = stored_report(report, by)
        assert now.is_draft is (first is reopen)
        assert now.approved_by == (first_by if first is approve else None)
        if not now.is_draft:
            report_step(by, reopen, now)()
        report_step(by, discuss, stored_report(report, by))()


def test_it_is_handed_over_or_a_draft_again(room: Room) -> None:
    by = room.people.handler
    report = stored_report(written(by, room.case), by)
    report_step(by, report_actions.mark_discussed, report)()
    report_step(room.people.coordinator, report_actions.approve, stored_report(report, by))()
    approved = stored_report(report, by)
    to = {"recipient_kind": Recipient.PERSON, "recipient": "", "handed_over_on": in_days(0)}
    steps = [
        report_step(room.people.coordinator, report_actions.hand_over, approved, **to),
        report_step(by, report_actions.reopen, approved),
    ]

    def lock() -> None:
        list(ExitReport.objects.filter(pk=report.pk).select_for_update(no_key=True))

    first, second = in_this_order(room.database, by, lock, *steps)
    assert first is None
    assert isinstance(second, Stale)
    assert stored_report(report, by).is_handed_over
