"""Actions for bodies of the case team: who adds, reads and carries them; what becomes of them afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from assessments import SECURITY
from case_rows import make_case
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from teams import Body, accepted, in_team, invited, left, make_body
from web import browser

from casework.cases import work_actions
from casework.cases.models import Action, Case
from casework.cases.states import ActionState
from casework.teams import actions
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason
from casework.teams.work_actions import NotInTeam, add_action_for
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from hotline.contacts.models import Contact, ContactReader
from triage.vocabulary import Duty

TEXT = "Talk to the class teacher."


@pytest.fixture
def police(people: People) -> Body:
    return make_body("Police")


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, SECURITY)


@pytest.fixture
def member(people: People, case: Case, police: Body) -> Member:
    return in_team(people, police, case)


def added(by: User, member: Member, **values: Any) -> Action:
    due = timezone.now() + timedelta(days=2)
    asked = {"action_id": new_id(), "text": TEXT, "strand": "social", "due_at": due, **values}
    made: Action = as_user(by, add_action_for, by=by, case_id=member.team_id, organisation=member.organisation, **asked)
    return made


def stored(action: Action, reader: User) -> Action:
    with acting_as(reader, purpose="test"):
        return Action.objects.get(pk=action.pk)


def words(action: Action, reader: User) -> str:
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        found = Action.objects.filter(pk=action.pk).first()
        return str(found.text) if found else ""


def step(who: User, name: str, action: Action, **values: Any) -> None:
    version = stored(action, who).version
    as_user(who, getattr(work_actions, name), by=who, action_id=action.pk, **{"version": version, **values})


def item(action: Action, reader: User) -> tuple[int, int | None]:
    with acting_as(reader, purpose="test"):
        found = WorkItem.objects.get(subject=action.pk)
        return found.organisation_id, found.user_id


def page(user: User, action: Action) -> Any:
    return browser(user).get(reverse("cases:action", args=[action.pk]))


def post(user: User, name: str, action: Action, **values: Any) -> int:
    given = {"version": action.version, **values}
    return browser(user).post(reverse(f"cases:{name}", args=[action.pk]), given).status_code


def test_action_for_a_body_is_the_named_persons_work_and_open_to_both(
    people: People, member: Member, police: Body
) -> None:
    action = added(people.handler, member)
    assert item(action, police.person) == (police.organisation.pk, police.person.pk)
    for reader in (people.handler, people.coordinator, police.person, police.deputy):
        assert words(action, reader) == TEXT
    colleague = make_user((police.organisation, Role.LIAISON))
    for stranger in (colleague, people.colleague, people.worker, people.liaison, people.dpo):
        assert words(action, stranger) == ""
        assert page(stranger, action).status_code == 404


def test_bodies_read_each_others_actions_and_none_of_the_centres(people: People, case: Case, member: Member) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    in_team(people, school, case)
    action = added(people.handler, member)
    assert words(action, school.person) == TEXT
    assert page(school.person, action).status_code == 200
    assert post(school.person, "finish_action", action, result="Done.") == 404
    with acting_as(school.person, purpose="test"):
        assert list(Action.objects.values_list("pk", flat=True)) == [action.pk]
        assert not Contact.objects.exists()


def test_person_of_a_body_reads_no_contact_because_of_an_action(people: People, member: Member, police: Body) -> None:
    added(people.handler, member)
    with acting_as(people.coordinator, purpose="test"):
        assert not ContactReader.objects.filter(user=police.person).exists()


def test_body_begins_and_does_its_action(people: People, member: Member, police: Body) -> None:
    action = added(people.handler, member)
    step(police.deputy, "begin_action", action)
    assert stored(action, people.handler).state == ActionState.UNDER_WAY
    for _time in range(2):
        as_user(
            police.person,
            work_actions.finish_action,
            by=police.person,
            action_id=action.pk,
            version=2,
            result="Spoke with her.",
        )
    done = stored(action, people.handler)
    assert (done.state, done.ended_by) == (ActionState.DONE, police.person)
    assert page(people.handler, action).content.decode().count("Spoke with her.") == 1
    with acting_as(police.person, purpose="test"):
        told = list(Event.objects.filter(subject=action.pk).order_by("pk").values_list("kind", flat=True))
    assert told == ["action.added", "action.begun", "action.done"]


def test_body_proposes_to_drop_and_the_centre_decides(people: People, member: Member, police: Body) -> None:
    action = added(people.handler, member)
    step(police.person, "drop_action", action, reason="not_needed", result="The school is closed.")
    assert stored(action, people.handler).state == ActionState.DROP_PROPOSED
    with pytest.raises(NotAllowed):
        step(police.person, "confirm_drop", action)
    step(people.coordinator, "confirm_drop", action)
    assert stored(action, police.person).state == ActionState.DROPPED


def test_centre_drops_it_alone_and_moves_it_but_gives_it_to_nobody(
    people: People, member: Member, police: Body
) -> None:
    action = added(people.handler, member)
    later = timezone.now() + timedelta(days=9)
    step(people.handler, "move_due", action, due_at=later)
    with pytest.raises(NotAllowed):
        step(people.coordinator, "give_action", action, to=people.handler)
    with pytest.raises(NotAllowed):
        step(police.person, "move_due", action, due_at=later)
    with pytest.raises(NotAllowed):
        step(police.person, "give_action", action, to=None)
    step(people.handler, "drop_action", action, reason="not_needed", result="Not needed.")
    assert stored(action, people.handler).state == ActionState.DROPPED


@pytest.mark.parametrize("who", ["colleague", "worker", "other_coordinator", "dpo", "liaison"])
def test_who_does_not_work_on_the_case_adds_none(people: People, member: Member, who: str) -> None:
    with pytest.raises(NotAllowed):
        added(getattr(people, who), member)


def test_action_that_comes_twice_is_one(people: People, member: Member) -> None:
    key = new_id()
    for _time in range(2):
        added(people.handler, member, action_id=key)
    with acting_as(people.handler, purpose="test"):
        assert Action.objects.filter(duty="").count() == 1


def test_body_that_has_not_accepted_or_has_left_gets_none_and_the_form_says_why(
    people: People, case: Case, member: Member, police: Body
) -> None:
    url = reverse("teams:add_action", args=[case.pk])
    due = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    school = make_body("School")
    waiting = invited(people.handler, case, school.organisation)
    left(member, police.person)
    for refused, said in (
        (waiting, "School has not accepted the invitation yet."),
        (member, "Police is not in the team: left on"),
    ):
        with pytest.raises(NotInTeam):
            added(people.handler, refused)
        form = {"action_id": new_id(), "organisation": refused.organisation_id, "text": TEXT, "strand": "social"}
        answer = browser(people.handler).post(url, {**form, "due_at": due})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    stranger = {"action_id": new_id(), "organisation": people.partner.pk, "text": TEXT, "strand": "social"}
    assert browser(people.handler).post(url, {**stranger, "due_at": due}).status_code == 422


@pytest.mark.parametrize("due", ["2020-01-01T10:00", "2099-01-01T10:00", "x", ""])
def test_absurd_due_time_is_asked_again(people: People, case: Case, member: Member, due: str) -> None:
    form = {"action_id": new_id(), "organisation": member.organisation_id, "text": TEXT, "strand": "social"}
    url = reverse("teams:add_action", args=[case.pk])
    assert browser(people.handler).post(url, {**form, "due_at": due}).status_code == 422


def test_added_on_the_page_and_carried_on_the_page(people: People, case: Case, member: Member, police: Body) -> None:
    form = {"action_id": new_id(), "organisation": member.organisation_id, "text": TEXT, "strand": "security"}
    due = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    url = reverse("teams:add_action", args=[case.pk])
    assert browser(people.handler).post(url, {**form, "due_at": due}).status_code == 302
    team = browser(police.person).get(reverse("teams:team", args=[case.pk])).content.decode()
    assert TEXT in team
    with acting_as(police.person, purpose="test"):
        action = Action.objects.get()
    shown = page(police.deputy, action).content.decode()
    assert TEXT in shown
    assert reverse("cases:begin_action", args=[action.pk]) in shown
    assert reverse("cases:move_due", args=[action.pk]) not in shown
    assert reverse("cases:give_action", args=[action.pk]) not in shown
    assert "The centre decides whether it is dropped." in shown
    assert post(police.deputy, "begin_action", action) == 302
    assert post(police.person, "finish_action", action, result="Done.") == 409
    assert TEXT in browser(people.handler).get(f"/cases/{case.pk}/").content.decode()


def test_open_actions_of_who_leaves_go_back_to_the_shift(
    people: People, case: Case, member: Member, police: Body
) -> None:
    open_one, done = added(people.handler, member), added(people.handler, member)
    step(police.person, "finish_action", done, result="Done.")
    left(member, police.person, EndReason.CONFLICT)
    back = stored(open_one, people.handler)
    assert (back.organisation_id, back.user_id) == (people.centre.pk, None)
    assert item(open_one, people.coordinator) == (people.centre.pk, None)
    assert stored(done, people.handler).organisation_id == police.organisation.pk
    for former in (police.person, police.deputy):
        assert words(open_one, former) == words(done, former) == ""
        assert page(former, open_one).status_code == 404
        assert post(former, "finish_action", open_one, result="Late.") == 404
        with acting_as(former, purpose="test"):
            assert not WorkItem.objects.exists()
    with acting_as(people.handler, purpose="test"):
        assert Event.objects.filter(subject=open_one.pk, kind="action.returned").count() == 1
    timeline = browser(people.handler).get(f"/cases/{case.pk}/timeline/").content.decode()
    assert "back at the centre, with the shift, as Police left the team" in timeline
    assert words(open_one, people.handler) == TEXT
    step(people.handler, "take_action", open_one)


def test_actions_go_with_the_named_person(people: People, case: Case) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    member = in_team(people, school, case)
    action = added(people.handler, member)
    named = {"member_id": member.pk, "version": member.version, "person": school.deputy, "deputy": None}
    as_user(school.person, actions.name_people, by=school.person, **named)
    assert item(action, school.deputy) == (school.organisation.pk, school.deputy.pk)
    assert words(action, school.person) == ""


def test_overdue_action_of_a_body_stays_with_it_and_the_coordinators_see_it(
    people: People, member: Member, police: Body
) -> None:
    action = added(people.handler, member)
    for _step in range(3):
        change(WorkItem.objects.filter(subject=action.pk), next_at=timezone.now())
        run_steps()
    assert item(action, people.coordinator) == (police.organisation.pk, police.person.pk)
    assert stored(action, people.coordinator).escalated_at is not None


def test_shift_cannot_take_what_is_a_bodys(people: People, member: Member, police: Body) -> None:
    action = added(people.handler, member)
    change(Action.objects.filter(pk=action.pk), user=None)
    assert words(action, people.colleague) == ""
    assert page(people.colleague, action).status_code == 404


def test_duties_of_the_triage_stay_with_the_centre(people: People, member: Member, police: Body) -> None:
    with acting_as(people.handler, purpose="test"):
        duty = Action.objects.get(duty=Duty.SECURITY_INFORMATION)
    assert words(duty, police.person) == ""
    assert page(police.person, duty).status_code == 404
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        Action.objects.filter(pk=duty.pk).update(organisation=police.organisation)


def test_database_takes_no_action_for_a_body_under_the_dossiers_key(
    people: People, case: Case, member: Member, police: Body
) -> None:
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        now = timezone.now()
        Action(
            case=case, centre=people.centre, data_key_id=case.data_key_id, organisation=police.organisation,
            user=police.person, strand="social", steps_at=[now], due_at=now, added_by=people.handler,
        ).save(force_insert=True)  # fmt: skip


def test_who_is_only_invited_reads_no_action(people: People, case: Case, member: Member) -> None:
    school = make_body("School")
    waiting = invited(people.handler, case, school.organisation)
    action = added(people.handler, member)
    assert words(action, school.person) == ""
    accepted(waiting, school.person)
    assert words(action, school.person) == TEXT


def test_key_of_the_team_is_closed_to_who_left(people: People, member: Member, police: Body) -> None:
    left(member, police.person)
    opened_keys.clear()
    with acting_as(police.person, purpose="test"), pytest.raises(WrongKey):
        str(Member.objects.get(pk=member.pk).reason)
