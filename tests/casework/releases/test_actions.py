"""Who announces a release from prison, moves it and says how it went, and what happens while nobody does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from case_rows import make_case
from closures import closed_together
from django.db import ProgrammingError, transaction
from django.utils import timezone
from past_policies import change as past_change
from people import People, as_user, make_user, new_id
from prison_releases import TEXTS, announced, in_days, released, step, stored, without_report
from teams import Body, accepted, invited, left, make_body
from teams import stored as stored_member

from casework.cases.models import Case
from casework.releases import actions
from casework.releases.actions import StillInPrison
from casework.releases.models import PrisonRelease
from casework.releases.permissions import NotResponsible
from casework.releases.states import TRANSITIONS, PrisonReleaseState
from casework.teams.actions import name_people
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps

R = PrisonReleaseState


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def probation(people: People, case: Case) -> Body:
    """In the team; it coordinates nothing."""
    body = make_body("Probation office")
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


@pytest.fixture
def office(people: People, case: Case) -> Body:
    """In the team; it coordinates the process."""
    body = make_body("Youth office")
    hats = [Hat.WORKS, Hat.PROCESS]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


def of_probation(people: People, case: Case, probation: Body, **values: Any) -> PrisonRelease:
    return announced(people.handler, case, probation.organisation, user=probation.person, **values)


def kinds(reader: User, release: PrisonRelease) -> list[str]:
    with acting_as(reader, purpose="test"):
        found = Event.objects.filter(subject=release.pk).order_by("pk").values_list("kind", flat=True)
        return [kind.removeprefix("prison_release.") for kind in found]


def work(reader: User, release: PrisonRelease) -> list[WorkItem]:
    with acting_as(reader, purpose="test"):
        return list(WorkItem.objects.filter(kind="prison_release", subject=release.pk))


def texts(reader: User) -> list[str]:
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return [str(one.conditions) for one in PrisonRelease.objects.all()]


def test_the_team_and_who_works_on_the_case_read_it(people: People, case: Case, probation: Body, office: Body) -> None:
    of_probation(people, case, probation)
    for reader in (people.handler, people.coordinator, probation.person, probation.deputy, office.person):
        assert texts(reader) == [TEXTS["conditions"]]
    for stranger in (people.colleague, people.worker, people.dpo, people.administrator, people.other_coordinator):
        assert texts(stranger) == []


def test_a_case_without_a_team_gets_one(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    assert (release.state, release.organisation, release.user) == (R.ANNOUNCED, people.centre, people.handler)
    assert [item.user_id for item in work(people.coordinator, release)] == [people.handler.pk]


def test_a_repeated_post_announces_one(people: People, case: Case) -> None:
    key = new_id()
    for _number in range(2):
        release = announced(people.handler, case, release_id=key)
    assert kinds(people.handler, release) == ["announced"]


def test_one_is_current_per_case(people: People, case: Case) -> None:
    first = announced(people.handler, case)
    with pytest.raises(Stale):
        announced(people.handler, case)
    step(people.handler, actions.cancel, first, reason="He stays.")
    second = step(people.handler, actions.mark_prepared, announced(people.handler, case))
    settled = step(people.handler, actions.mark_settled, released(people.handler, second))
    assert settled.state == R.SETTLED
    assert announced(people.handler, case).is_current


def test_a_body_that_coordinates_announces_it_too(people: People, case: Case, office: Body, probation: Body) -> None:
    release = announced(office.person, case, probation.organisation, user=probation.person)
    assert release.announced_by == office.person
    assert kinds(people.handler, release) == ["announced"]


def test_others_announce_none(people: People, case: Case, probation: Body) -> None:
    for stranger in (people.colleague, people.worker, people.dpo, probation.person):
        with pytest.raises(NotAllowed):
            announced(stranger, case)


def test_a_closed_case_gets_none(people: People, case: Case) -> None:
    past_change(
        Case.objects.filter(pk=case.pk),
        state="closed",
        closed_at=timezone.now(),
        closed_by=people.handler,
        work_ended_at=timezone.now(),
        close_reason="other",
    )
    with pytest.raises(Stale):
        announced(people.handler, case)


def test_nobody_outside_the_case_answers_for_it(people: People, case: Case, probation: Body) -> None:
    for organisation, person in [
        (people.partner, people.worker),
        (probation.organisation, probation.deputy),
        (probation.organisation, None),
        (people.centre, people.administrator),
        (people.centre, people.colleague),
        (people.centre, None),
    ]:
        with pytest.raises(NotResponsible):
            announced(people.handler, case, organisation, user=person)
    release = announced(people.handler, case, user=people.coordinator)
    with pytest.raises(NotResponsible):
        step(people.handler, actions.change, release, organisation=people.partner, user=people.worker, **TEXTS)


def test_the_responsible_body_says_how_it_went(people: People, case: Case, probation: Body, office: Body) -> None:
    release = of_probation(people, case, probation)
    assert [item.user_id for item in work(probation.person, release)] == [probation.person.pk]
    step(probation.person, actions.mark_prepared, release)
    released(probation.deputy, release)
    step(probation.person, actions.mark_settled, release)
    assert kinds(people.handler, release) == ["announced", "prepared", "moved", "released", "settled"]
    assert work(people.coordinator, release) == []


def test_a_body_that_is_not_responsible_changes_nothing(people: People, case: Case, probation: Body) -> None:
    release = announced(people.handler, case)
    with pytest.raises(NotAllowed):
        step(probation.person, actions.mark_prepared, release)
    with acting_as(probation.person, purpose="test"):
        assert PrisonRelease.objects.filter(pk=release.pk).update(version=2) == 0


def test_the_responsible_body_gives_it_to_another(people: People, case: Case, probation: Body, office: Body) -> None:
    release = of_probation(people, case, probation)
    given = step(
        probation.person, actions.change, release, organisation=office.organisation, user=office.person, **TEXTS
    )
    assert [item.user_id for item in work(office.person, release)] == [office.person.pk]
    with pytest.raises(NotAllowed):
        step(probation.person, actions.mark_prepared, given)


def test_the_date_moves_with_a_reason_while_the_person_is_in_prison(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    moved = step(people.handler, actions.move_date, release, release_date=in_days(60), reason="The court decided.")
    assert (moved.release_date, moved.move_reason) == (in_days(60), "The court decided.")
    assert timezone.localdate(work(people.coordinator, release)[0].due_at) == in_days(60)
    with acting_as(people.handler, purpose="test"):
        data = Event.objects.get(subject=release.pk, kind="prison_release.moved").data
    assert data == {"from": in_days(40).isoformat(), "until": in_days(60).isoformat()}
    out = released(people.handler, release)
    with pytest.raises(Stale):
        step(people.handler, actions.move_date, out, release_date=in_days(70), reason="late")


def test_nobody_is_released_before_the_date(people: People, case: Case) -> None:
    release = announced(people.handler, case, release_date=in_days(1))
    with pytest.raises(StillInPrison):
        step(people.handler, actions.mark_released, release)


REPEATED: dict[str, tuple[Any, dict[str, Any]]] = {
    "moved": (actions.move_date, {"release_date": in_days(60), "reason": "The court decided."}),
    "prepared": (actions.mark_prepared, {}),
    "cancelled": (actions.cancel, {"reason": "He stays."}),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_repeated_step_has_no_effect(people: People, case: Case, name: str) -> None:
    action, values = REPEATED[name]
    release = announced(people.handler, case)
    for _number in range(2):
        as_user(people.handler, action, by=people.handler, release_id=release.pk, version=1, **values)
    assert kinds(people.handler, release) == ["announced", name]


def test_the_last_steps_repeated_have_no_effect(people: People, case: Case) -> None:
    release = announced(people.handler, case, release_date=in_days(0))
    for action, version in [(actions.mark_released, 1), (actions.mark_settled, 2)]:
        for _number in range(2):
            as_user(people.handler, action, by=people.handler, release_id=release.pk, version=version)
    assert kinds(people.handler, release) == ["announced", "released", "settled"]


def test_the_same_change_again_has_no_effect(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    new = {**TEXTS, "conditions": "None.", "organisation": people.centre, "user": people.handler}
    for _number in range(2):
        as_user(people.handler, actions.change, by=people.handler, release_id=release.pk, version=1, **new)
    assert kinds(people.handler, release) == ["announced", "changed"]
    assert stored(release, people.handler).conditions == "None."


def test_a_stale_tab_is_told(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    step(people.handler, actions.mark_prepared, release)
    stale_ones: list[tuple[Any, dict[str, Any]]] = [
        (actions.cancel, {"reason": "He stays."}),
        (actions.move_date, {"release_date": in_days(9), "reason": "earlier"}),
        (actions.change, {**TEXTS, "conditions": "None.", "organisation": people.centre, "user": None}),
        (actions.mark_released, {}),
    ]
    for action, values in stale_ones:
        with pytest.raises(Stale):
            as_user(people.handler, action, by=people.handler, release_id=release.pk, version=1, **values)


ACTIONS: dict[PrisonReleaseState, tuple[Any, dict[str, Any]]] = {
    R.PREPARED: (actions.mark_prepared, {}),
    R.RELEASED: (actions.mark_released, {}),
    R.SETTLED: (actions.mark_settled, {}),
    R.CANCELLED: (actions.cancel, {"reason": "He stays."}),
}
WAYS: dict[PrisonReleaseState, list[PrisonReleaseState]] = {
    R.ANNOUNCED: [],
    R.PREPARED: [R.PREPARED],
    R.RELEASED: [R.RELEASED],
    R.SETTLED: [R.RELEASED, R.SETTLED],
    R.CANCELLED: [R.CANCELLED],
}


@pytest.mark.parametrize("target", ACTIONS)
@pytest.mark.parametrize("source", WAYS)
def test_every_transition(people: People, case: Case, source: PrisonReleaseState, target: PrisonReleaseState) -> None:
    release = announced(people.handler, case, release_date=in_days(0))
    for state in WAYS[source]:
        action, values = ACTIONS[state]
        release = step(people.handler, action, release, **values)
    if source == target:
        return
    action, values = ACTIONS[target]
    if target in TRANSITIONS[source]:
        assert step(people.handler, action, release, **values).state == target
    else:
        with pytest.raises(Stale):
            step(people.handler, action, release, **values)


def test_the_database_refuses_what_is_no_step(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    for values in ({"state": R.SETTLED, "released_at": timezone.now()}, {"released_at": timezone.now()}):
        with pytest.raises(ProgrammingError), acting_as(people.handler, purpose="test"), transaction.atomic():
            PrisonRelease.objects.filter(pk=release.pk).update(**values)


def test_what_is_over_says_what_it_said(people: People, case: Case) -> None:
    release = step(people.handler, actions.cancel, announced(people.handler, case), reason="He stays.")
    with pytest.raises(Stale):
        step(people.handler, actions.change, release, organisation=people.centre, user=people.coordinator, **TEXTS)
    with pytest.raises(ProgrammingError), acting_as(people.handler, purpose="test"), transaction.atomic():
        PrisonRelease.objects.filter(pk=release.pk).update(release_date=in_days(3))


def test_the_database_takes_no_responsible_outside_the_team(people: People, case: Case, probation: Body) -> None:
    release = announced(people.handler, case)
    for body, person in ((people.partner, people.worker), (probation.organisation, probation.deputy)):
        with pytest.raises(ProgrammingError), acting_as(people.handler, purpose="test"), transaction.atomic():
            PrisonRelease.objects.filter(pk=release.pk).update(organisation=body, user=person)


def later(release: PrisonRelease, **values: datetime) -> None:
    """Its times are over."""
    past_change(WorkItem.objects.filter(subject=release.pk), next_at=timezone.now() - timedelta(minutes=1))
    if values:
        past_change(PrisonRelease.objects.filter(pk=release.pk), **values)


def test_coordinators_see_what_is_not_prepared_two_weeks_before(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    first, last = release.steps_at
    assert timezone.localdate(first) == in_days(26)
    assert last > release.due_at
    later(release)
    run_steps()
    assert [item.is_escalated for item in work(people.coordinator, release)] == [True]
    assert kinds(people.handler, release) == ["announced", "unprepared"]
    prepared = step(people.handler, actions.mark_prepared, release)
    assert prepared.escalated_at is None
    assert [item.is_escalated for item in work(people.coordinator, release)] == [False]


def test_coordinators_see_that_nobody_says_how_it_went(people: People, case: Case) -> None:
    release = step(people.handler, actions.mark_prepared, announced(people.handler, case))
    later(release)
    run_steps()
    assert kinds(people.handler, release) == ["announced", "prepared", "overdue"]
    out = released(people.handler, release)
    assert timezone.localdate(out.due_at) == in_days(30)
    later(release)
    run_steps()
    assert kinds(people.handler, release)[-1] == "overdue"
    assert stored(release, people.handler).escalated_at is not None


def test_announced_late_there_is_a_day_to_prepare_it(people: People, case: Case) -> None:
    release = announced(people.handler, case, release_date=in_days(10))
    assert timezone.now() < release.steps_at[0] <= release.steps_at[1]
    gone = announced_late(people)
    assert gone.steps_at[0] <= gone.steps_at[1]


def announced_late(people: People) -> PrisonRelease:
    return announced(people.handler, make_case(people.handler), release_date=in_days(-20))


def test_what_a_body_answered_for_goes_to_who_is_responsible_when_it_leaves(
    people: People, case: Case, probation: Body
) -> None:
    release = of_probation(people, case, probation)
    with acting_as(people.handler, purpose="test"):
        member = release.team.members.get(organisation=probation.organisation)
    left(member, probation.person)
    now = stored(release, people.handler)
    assert (now.organisation, now.user, now.state) == (people.centre, people.handler, R.ANNOUNCED)
    assert [item.user_id for item in work(people.coordinator, release)] == [people.handler.pk]
    assert kinds(people.handler, release) == ["announced", "returned"]
    assert texts(probation.person) == []


def test_another_named_person_answers_for_it(people: People, case: Case, probation: Body) -> None:
    release = of_probation(people, case, probation)
    with acting_as(people.handler, purpose="test"):
        member = release.team.members.get(organisation=probation.organisation)
    named = {"member_id": member.pk, "version": stored_member(member, people.handler).version}
    third = make_user((probation.organisation, Role.LIAISON))
    as_user(probation.person, name_people, by=probation.person, person=third, deputy=None, **named)
    assert stored(release, people.handler).user == third
    assert [item.user_id for item in work(third, release)] == [third.pk]


@pytest.mark.parametrize("is_out", [False, True])
def test_the_end_of_the_case_ends_it(people: People, case: Case, probation: Body, is_out: bool) -> None:
    release = of_probation(people, case, probation)
    if is_out:
        released(people.handler, release)
    without_report(people.handler, release)
    closed_together(people.handler, people.coordinator, case, (probation.person, probation.organisation))
    ended = stored(release, people.coordinator)
    assert ended.state == (R.SETTLED if is_out else R.CANCELLED)
    assert work(people.coordinator, release) == []
