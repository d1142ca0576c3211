"""Steps of a release: actions of the case that follow the date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from closures import closed_together
from django.db import ProgrammingError, transaction
from django.utils import timezone
from people import People, as_user, new_id
from prison_releases import announced, cancelled, in_days, released, step, stored, with_step, without_report
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Action, Case
from casework.cases.states import ActionState
from casework.cases.vocabulary import DropReason
from casework.cases.work_actions import finish_action
from casework.releases import actions
from casework.releases.models import PrisonRelease, ReleaseStep
from casework.releases.permissions import NotResponsible
from casework.releases.step_actions import Over
from casework.releases.vocabulary import Phase
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def probation(people: People, case: Case) -> Body:
    """In the team; it coordinates the process."""
    body = make_body("Probation office")
    hats = [Hat.WORKS, Hat.PROCESS]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


@pytest.fixture
def clinic(people: People, case: Case) -> Body:
    """In the team; it coordinates nothing."""
    body = make_body("Clinic")
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


def action_of(one: ReleaseStep, reader: User) -> Action:
    with acting_as(reader, purpose="test"):
        return Action.objects.select_related("organisation", "user", "data_key").get(pk=one.pk)


def of_body(by: User, release: PrisonRelease, body: Body, **values: Any) -> ReleaseStep:
    return with_step(by, release, organisation=body.organisation, user=body.person, **values)


def done(by: User, one: ReleaseStep) -> None:
    version = action_of(one, by).version
    as_user(by, finish_action, by=by, action_id=one.pk, version=version, result="It is done.")


def events(reader: User, one: ReleaseStep) -> list[str]:
    with acting_as(reader, purpose="test"):
        return list(Event.objects.filter(subject=one.pk).order_by("pk").values_list("kind", flat=True))


def test_each_step_is_an_action_on_the_worklist_of_who_has_it(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    one = of_body(people.handler, release, clinic, phase=Phase.AFTER, days=3, text="First appointment")
    action = action_of(one, clinic.deputy)
    assert (action.text, action.organisation, action.user) == ("First appointment", clinic.organisation, clinic.person)
    assert timezone.localdate(action.due_at) == in_days(43)
    with acting_as(clinic.person, purpose="test"):
        assert WorkItem.objects.filter(subject=one.pk, user=clinic.person).exists()
    done(clinic.person, one)


@pytest.mark.parametrize(("phase", "days", "day"), [("before", 7, 33), ("on", 0, 40), ("after", 14, 54)])
def test_the_day_follows_from_the_phase(people: People, case: Case, phase: str, days: int, day: int) -> None:
    one = with_step(people.handler, announced(people.handler, case), phase=Phase(phase), days=days)
    assert timezone.localdate(one.due_at) == in_days(day)


def test_a_repeated_post_adds_one(people: People, case: Case) -> None:
    release, key = announced(people.handler, case), new_id()
    for _number in range(2):
        one = with_step(people.handler, release, step_id=key)
    assert events(people.handler, one) == ["action.added"]


def test_a_body_that_coordinates_adds_steps_for_all(people: People, case: Case, probation: Body, clinic: Body) -> None:
    release = announced(probation.person, case)
    assert action_of(of_body(probation.person, release, clinic), clinic.person).user == clinic.person
    of_centre = with_step(probation.person, release, user=people.handler)
    assert action_of(of_centre, people.handler).user == people.handler
    assert action_of(with_step(probation.deputy, release), people.coordinator).user is None


def test_others_add_none(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    for stranger in (clinic.person, people.colleague, people.worker, people.dpo):
        with pytest.raises(NotAllowed):
            with_step(stranger, release)


def test_the_database_takes_no_action_of_others_for_a_step(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    with acting_as(people.handler, purpose="test"):
        key = PrisonRelease.objects.get(pk=release.pk).data_key_id
    action = Action(pk=new_id(), case=case, centre=people.centre, data_key_id=key, strand="social", is_shared=True)
    action.organisation, action.user, action.added_by = people.centre, None, clinic.person
    action.due_at, action.steps_at = timezone.now(), [timezone.now()]
    with pytest.raises(ProgrammingError), acting_as(clinic.person, purpose="test"), transaction.atomic():
        action.save(force_insert=True)


def test_nobody_outside_the_case_has_a_step(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    with pytest.raises(NotResponsible):
        with_step(people.handler, release, organisation=people.partner, user=people.worker)


def test_a_day_that_is_over_is_refused(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    with pytest.raises(Over):
        with_step(people.handler, release, days=41)


def test_open_steps_move_with_the_date_and_their_people_are_told(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    one = of_body(people.handler, release, clinic, days=7)
    over = of_body(people.handler, release, clinic, days=14)
    done(clinic.person, over)
    step(people.handler, actions.move_date, release, release_date=in_days(60), reason="The court decided.")
    assert timezone.localdate(action_of(one, clinic.person).due_at) == in_days(53)
    assert timezone.localdate(action_of(over, clinic.person).due_at) == in_days(26)
    with acting_as(clinic.person, purpose="test"):
        assert timezone.localdate(WorkItem.objects.get(subject=one.pk).due_at) == in_days(53)
    assert events(people.handler, one) == ["action.added", "action.moved"]
    assert events(people.handler, over) == ["action.added", "action.done"]


def test_a_coordinating_body_moves_the_steps_of_all(people: People, case: Case, probation: Body, clinic: Body) -> None:
    release = announced(probation.person, case)
    steps = [of_body(probation.person, release, clinic), with_step(probation.person, release)]
    step(probation.person, actions.move_date, release, release_date=in_days(60), reason="The court decided.")
    assert [timezone.localdate(action_of(one, people.handler).due_at) for one in steps] == [in_days(53)] * 2
    assert [events(people.coordinator, one)[-1] for one in steps] == ["action.moved"] * 2


def test_a_cancelled_release_drops_what_is_open(people: People, case: Case, probation: Body, clinic: Body) -> None:
    release = announced(probation.person, case)
    one, over = of_body(probation.person, release, clinic), of_body(probation.person, release, clinic)
    done(clinic.person, over)
    cancelled(probation.person, release)
    action = action_of(one, people.handler)
    assert (action.state, action.drop_reason, action.ended_by_id) == (
        ActionState.DROPPED,
        DropReason.RELEASE,
        probation.person.pk,
    )
    assert action_of(over, people.handler).state == ActionState.DONE
    assert events(people.handler, one) == ["action.added", "action.dropped"]
    with acting_as(clinic.person, purpose="test"):
        assert not WorkItem.objects.filter(subject=one.pk).exists()


def test_the_end_of_the_case_drops_what_is_open_once(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    one = of_body(people.handler, release, clinic)
    without_report(people.handler, release)
    closed_together(people.handler, people.coordinator, case, (clinic.person, clinic.organisation))
    assert action_of(one, people.coordinator).state == ActionState.DROPPED
    assert events(people.coordinator, one) == ["action.added", "action.dropped"]


def test_the_step_of_a_body_that_leaves_is_the_shifts_and_still_moves(people: People, case: Case, clinic: Body) -> None:
    release = announced(people.handler, case)
    one = of_body(people.handler, release, clinic)
    with acting_as(people.handler, purpose="test"):
        member = release.team.members.get(organisation=clinic.organisation)
    left(member, clinic.person)
    step(people.handler, actions.move_date, release, release_date=in_days(60), reason="The court decided.")
    action = action_of(one, people.handler)
    assert (action.organisation, action.user) == (people.centre, None)
    assert timezone.localdate(action.due_at) == in_days(53)


def test_after_the_release_steps_are_added_until_it_is_settled(people: People, case: Case) -> None:
    release = released(people.handler, announced(people.handler, case))
    with_step(people.handler, release, phase=Phase.AFTER, days=10)
    settled = step(people.handler, actions.mark_settled, release)
    with pytest.raises(Stale):
        with_step(people.handler, settled, phase=Phase.AFTER, days=12)


def test_a_step_that_was_late_is_not_late_any_more_when_the_date_moves(people: People, case: Case) -> None:
    release = announced(people.handler, case, release_date=in_days(5))
    one = with_step(people.handler, release, days=4)
    assert one.due_at - timezone.now() < timedelta(days=2)
    step(people.handler, actions.move_date, release, release_date=in_days(60), reason="The court decided.")
    assert action_of(one, people.handler).escalated_at is None
    assert stored(release, people.handler).release_date == in_days(60)
