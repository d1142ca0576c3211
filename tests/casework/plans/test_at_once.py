"""Two steps of the plans of a case at the same moment: whichever comes first, the case is whole afterwards."""

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
from people import People, as_user, make_people, new_id
from plans import agreed, agreement_of, begun, objected, planned, proposed, stored
from referrals import in_threads
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Action, Case
from casework.plans import actions, content_actions
from casework.plans.locking import lock_plans
from casework.plans.models import Agreement, Plan, PlannedAction
from casework.plans.states import ASKED, PlanState
from casework.teams.models import Member
from casework.teams.vocabulary import Hat
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import carry_out_closure


@dataclass
class Room:
    """A plan in force with an action of the police, and a proposal that drops it for one of each body."""

    database: OwnDatabase
    people: People
    case: Case
    police: Body
    school: Body
    before: Plan
    plan: Plan
    dropped: PlannedAction
    added: list[PlannedAction]


def make_room(database: OwnDatabase) -> Room:
    people = make_people()
    case, by = make_case(people.handler), people.handler
    police, school = make_body("Police"), make_body("School")
    for body in (police, school):
        accepted(invited(by, case, body.organisation, hats=[Hat.WORKS]), body.person, body.deputy)
    before = begun(by, case)
    dropped = planned(by, before, police.organisation)
    proposed(by, before)
    agreed(police.person, before, police.organisation)
    plan = begun(by, case)
    with acting_as(by, purpose="test"):
        copy = PlannedAction.objects.get(plan=plan)
    as_user(by, content_actions.remove, by=by, plan_id=plan.pk, kind=PlannedAction, row_id=copy.pk)
    added = [planned(by, plan, body.organisation) for body in (police, school)]
    proposed(by, plan)
    return Room(database, people, case, police, school, before, plan, dropped, added)


Step = Callable[[Room], Callable[[], object]]


def agreeing(body: str) -> Step:
    def prepare(room: Room) -> Callable[[], object]:
        one: Body = getattr(room, body)
        asked = agreement_of(one.person, room.plan, one.organisation)
        values = {"agreement_id": asked.pk, "version": asked.version}
        return lambda: as_user(one.person, actions.agree, by=one.person, **values)

    return prepare


def objecting(room: Room) -> Callable[[], object]:
    one = room.school
    asked = agreement_of(one.person, room.plan, one.organisation)
    values = {"agreement_id": asked.pk, "version": asked.version, "reason": "Not now."}
    return lambda: as_user(one.person, actions.object_to, by=one.person, **values)


def leaving(room: Room) -> Callable[[], object]:
    with acting_as(room.people.handler, purpose="test"):
        member = Member.objects.get(team=room.case.pk, organisation=room.police.organisation)
    return lambda: left(member, room.police.person)


def taking_back(room: Room) -> Callable[[], object]:
    by = room.people.handler
    version = stored(room.plan, by).version
    return lambda: as_user(by, actions.take_back, by=by, plan_id=room.plan.pk, version=version)


def closing(room: Room) -> Callable[[], object]:
    by = room.people.handler
    closure = closures.proposed(by, room.case)
    for body in (room.police, room.school):
        closures.said(body.person, closure, body.organisation)
    version = closures.decided(room.people.coordinator, closure).version
    return lambda: as_user(by, carry_out_closure, by=by, closure_id=closure.pk, version=version)


STEPS: dict[str, Step] = {
    "police agrees": agreeing("police"),
    "school agrees": agreeing("school"),
    "school objects": objecting,
    "police leaves": leaving,
    "handler takes back": taking_back,
    "handler closes": closing,
}


@pytest.fixture
def room(modules_database: OwnDatabase) -> Room:
    return make_room(modules_database)


def at_once(room: Room, *steps: Callable[[], object]) -> list[BaseException | None]:
    return in_this_order(room.database, room.people.handler, partial(lock_plans, room.case.pk), *steps)


@pytest.mark.parametrize("names", permutations(STEPS, 2), ids=" then ".join)
def test_two_steps_at_once_leave_the_case_whole(room: Room, names: tuple[str, str]) -> None:
    if not any(name.startswith("school") for name in names):
        agreed(room.school.person, room.plan, room.school.organisation)
    elif "police agrees" not in names:
        agreed(room.police.person, room.plan, room.police.organisation)
    first, second = at_once(room, *[STEPS[name](room) for name in names])
    assert first is None
    assert second is None or isinstance(second, (Stale, NotAllowed))
    check(room)


def check(room: Room) -> None:
    by = room.people.coordinator
    now = stored(room.plan, room.people.handler)
    with acting_as(by, purpose="test"):
        in_force = list(Plan.objects.of_case(room.case.pk).in_force())
        is_in_force = in_force == [room.plan]
        assert is_in_force or in_force == [room.before]
        actions_of_plan = Action.objects.filter(pk__in=[one.action_id for one in room.added])
        assert actions_of_plan.count() == (2 if is_in_force else 0)
        open_ones = set(Action.objects.open().filter(case=room.case).values_list("pk", flat=True))
        if Case.objects.get(pk=room.case.pk).is_open:
            planned_ones = room.added if is_in_force else [room.dropped]
            assert open_ones >= {one.action_id for one in planned_ones}
            assert (room.dropped.action_id in open_ones) is not is_in_force
        else:
            assert not open_ones
        asked = Agreement.objects.filter(plan=room.plan, state__in=ASKED)
        listed = set(WorkItem.objects.filter(kind="plan_agreement").values_list("subject", flat=True))
        assert set(asked.values_list("pk", flat=True)) == listed
        assert now.is_proposed or not listed
        kinds = list(Event.objects.filter(subject=room.plan.pk).values_list("kind", flat=True))
        assert kinds.count("plan.in_force") == int(is_in_force)
        if not Member.objects.in_team().filter(team=room.case.pk, organisation=room.police.organisation).exists():
            check_returned(room)


def check_returned(room: Room) -> None:
    """What the police had to do is with the centre, and the journal says so."""
    assert not Action.objects.open().filter(organisation=room.police.organisation).exists()
    for action in Action.objects.open().filter(pk__in=[room.dropped.action_id, room.added[0].action_id]):
        kinds = list(Event.objects.filter(subject=action.pk).values_list("kind", flat=True))
        assert kinds.count("action.returned") == 1, kinds


def test_two_who_begin_a_draft_at_once_begin_one(modules_database: OwnDatabase) -> None:
    people = make_people()
    for _round in range(3):
        case = make_case(people.handler)
        partner = make_body("Counselling")
        accepted(invited(people.handler, case, partner.organisation, hats=[Hat.CONTENT]), partner.person)
        failures = in_threads(
            *[
                partial(as_user, user, actions.begin_plan, by=user, plan_id=new_id(), case_id=case.pk)
                for user in (people.handler, partner.person)
            ]
        )
        assert [type(one) for one in failures] == [Stale]
        with acting_as(people.handler, purpose="test"):
            assert Plan.objects.of_case(case.pk).get().state == PlanState.DRAFT


@pytest.mark.parametrize("is_edited_first", [True, False])
def test_what_is_proposed_is_what_was_seen(room: Room, *, is_edited_first: bool) -> None:
    by = room.people.handler
    objected(room.school.person, room.plan, room.school.organisation)
    seen_version = stored(room.plan, by).version
    given = {"by": by, "plan_id": room.plan.pk, "version": seen_version}
    edit = partial(as_user, by, actions.edit_plan, **given, aim="Another aim")
    propose = partial(as_user, by, actions.propose_plan, **given)
    steps = [edit, propose] if is_edited_first else [propose, edit]
    first, second = at_once(room, *steps)
    assert first is None
    assert isinstance(second, Stale)
    now = stored(room.plan, by)
    assert (now.is_draft, now.is_proposed) == (is_edited_first, not is_edited_first)
    with acting_as(by, purpose="test"):
        assert Plan.objects.get(pk=room.plan.pk).aim == ("Another aim" if is_edited_first else "")
