"""Who is invited to a case team, answers, names people and leaves; what of it each may do, twice, late and stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from django.db import ProgrammingError, transaction
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from teams import REASON, Body, accepted, in_team, invited, left, make_body, stored

from casework.cases.models import BodyWorker, Case, Note
from casework.teams import actions
from casework.teams.models import Member, Team
from casework.teams.states import MemberState
from casework.teams.vocabulary import EndReason
from foundation.accounts.actions import end_role
from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey
from foundation.privacy.models import DataKey, opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case, note_conflict


@pytest.fixture
def police(people: People) -> Body:
    return make_body("Police")


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


def step(who: User, action: Any, member: Member, **values: Any) -> None:
    as_user(who, action, by=who, member_id=member.pk, **{"version": member.version, **values})


def reason_as(reader: User, member: Member) -> str:
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return str(Member.objects.get(pk=member.pk).reason)


def kinds(reader: User, member: Member) -> list[str]:
    with acting_as(reader, purpose="test"):
        return list(Event.objects.filter(subject=member.pk).order_by("pk").values_list("kind", flat=True))


def test_invited_body_sees_that_it_is_invited_and_no_content(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    seen = stored(member, police.person)
    assert seen.team.reference == case.reference
    assert (seen.state, seen.person) == (MemberState.INVITED, None)
    with pytest.raises(WrongKey):
        reason_as(police.person, member)
    assert reason_as(people.handler, member) == REASON
    with acting_as(police.person, purpose="test"):
        assert not Case.objects.exists()
        assert WorkItem.objects.get(subject=member.pk).organisation_id == police.organisation.pk
    for stranger in (people.worker, people.liaison, people.colleague, people.dpo):
        with acting_as(stranger, purpose="test"):
            assert not Member.objects.exists()
            assert not Team.objects.exists()


def test_who_accepts_works_on_the_case_and_reads_the_reason(people: People, case: Case, police: Body) -> None:
    member = accepted(invited(people.handler, case, police.organisation), police.person, police.deputy)
    assert (member.person, member.deputy) == (police.person, police.deputy)
    assert reason_as(police.person, member) == REASON
    assert reason_as(police.deputy, member) == REASON
    other = make_user((police.organisation, Role.LIAISON))
    assert stored(member, other).state == MemberState.ACTIVE
    with pytest.raises(WrongKey):
        reason_as(other, member)
    with acting_as(police.person, purpose="test"):
        assert not Case.objects.exists()
        assert not Note.objects.exists()
        assert not WorkItem.objects.exists()


def test_only_the_named_people_have_the_key_of_the_bodys_own_record(people: People, case: Case, police: Body) -> None:
    key = in_team(people, police, case).own_key_id
    colleague = make_user((police.organisation, Role.LIAISON))
    opened = {}
    for who in (police.person, police.deputy, colleague, people.handler, people.coordinator, people.dpo):
        with acting_as(who, purpose="test"):
            opened[who.pk] = DataKey.objects.filter(pk=key).exists()
    assert [who for who, is_open in opened.items() if is_open] == [police.person.pk, police.deputy.pk]


def test_people_of_other_bodies_see_each_other_only_in_the_team(people: People, case: Case, police: Body) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    first = in_team(people, police, case)
    second = invited(people.handler, case, school.organisation)
    with acting_as(police.person, purpose="test"):
        assert set(Member.objects.values_list("pk", flat=True)) == {first.pk}
    second = accepted(second, school.person)
    with acting_as(police.person, purpose="test"):
        assert set(Member.objects.values_list("pk", flat=True)) == {first.pk, second.pk}
    left(second, school.person)
    with acting_as(police.person, purpose="test"):
        assert set(Member.objects.values_list("pk", flat=True)) == {first.pk}


@pytest.mark.parametrize("who", ["colleague", "worker", "other_coordinator", "administrator", "dpo", "liaison"])
def test_who_does_not_work_on_the_case_invites_nobody(people: People, case: Case, police: Body, who: str) -> None:
    with pytest.raises(NotAllowed):
        invited(getattr(people, who), case, police.organisation)


def test_invitation_that_comes_twice_is_one(people: People, case: Case, police: Body) -> None:
    key = new_id()
    for _time in range(2):
        invited(people.handler, case, police.organisation, member_id=key)
    with acting_as(people.handler, purpose="test"):
        assert Member.objects.count() == 1
    with pytest.raises(actions.InTeamAlready):
        invited(people.coordinator, case, police.organisation)


def test_closed_case_takes_no_invitation(people: People, case: Case, police: Body) -> None:
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    with pytest.raises(Stale):
        invited(people.handler, case, police.organisation)


def test_closing_the_case_ends_invitations_and_memberships(people: People, case: Case, police: Body) -> None:
    school = make_body("School")
    waiting, member = invited(people.handler, case, school.organisation), in_team(people, police, case)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    assert stored(waiting, people.handler).state == MemberState.WITHDRAWN
    assert stored(member, people.handler).state == MemberState.LEFT
    assert kinds(people.handler, member)[-1] == "team.left"
    with acting_as(people.handler, purpose="test"):
        assert not BodyWorker.objects.exists()


def test_of_two_who_answer_one_is_told(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    step(police.person, actions.accept, member)
    step(police.person, actions.accept, member)
    with pytest.raises(Stale):
        step(police.deputy, actions.accept, member)
    with pytest.raises(Stale):
        step(police.deputy, actions.decline, member, reason=EndReason.NO_CAPACITY)
    with pytest.raises(Stale):
        step(people.handler, actions.withdraw, member)
    assert kinds(people.handler, member) == ["team.invited", "team.accepted"]


def test_declined_and_withdrawn_invitations_are_not_accepted_any_more(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    for _time in range(2):
        step(police.person, actions.decline, member, reason=EndReason.NO_CAPACITY)
    with pytest.raises(Stale):
        step(police.deputy, actions.accept, member)
    again = invited(people.handler, case, police.organisation)
    for _time in range(2):
        step(people.handler, actions.withdraw, again)
    with pytest.raises(Stale):
        step(police.person, actions.accept, again)
    assert kinds(police.person, member) == ["team.invited", "team.declined"]
    assert kinds(police.person, again) == ["team.invited", "team.withdrawn"]


def test_others_cannot_answer_for_the_body(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    for who in (people.worker, people.liaison, people.handler, people.coordinator):
        with pytest.raises(NotAllowed):
            step(who, actions.accept, member)
        with pytest.raises(NotAllowed):
            step(who, actions.decline, member, reason=EndReason.OTHER)


def test_only_people_of_the_body_are_named(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    for deputy in (people.worker, police.person):
        with pytest.raises(actions.NotOfBody):
            step(police.person, actions.accept, member, deputy=deputy)
    member = accepted(member, police.person)
    with pytest.raises(actions.NotOfBody):
        step(police.person, actions.name_people, member, person=people.worker, deputy=None)


def test_named_people_and_partner_coordinators_name_others(people: People, case: Case) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    other = make_user((school.organisation, Role.PARTNER_WORKER))
    leading = make_user((school.organisation, Role.PARTNER_COORDINATOR))
    member = in_team(people, school, case)
    with pytest.raises(NotAllowed):
        step(other, actions.name_people, member, person=other, deputy=None)
    for _time in range(2):
        step(leading, actions.name_people, member, person=other, deputy=school.deputy)
    with pytest.raises(WrongKey):
        reason_as(school.person, member)
    assert reason_as(other, member) == REASON
    assert kinds(people.handler, member)[-1] == "team.named"
    with pytest.raises(Stale):
        step(school.deputy, actions.name_people, member, person=school.deputy, deputy=None)


def test_whose_role_at_the_body_ends_works_on_the_case_no_longer(people: People, case: Case, police: Body) -> None:
    member = in_team(people, police, case)
    role = Membership.objects.get(user=police.person)
    as_user(people.administrator, end_role, by=people.administrator, membership=role)
    with acting_as(police.person, purpose="test"):
        assert not Member.objects.exists()
    with pytest.raises(NotAllowed):
        step(User.objects.get(pk=police.person.pk), actions.leave, member, reason=EndReason.WORK_DONE)


def test_who_left_sees_the_own_row_for_thirty_days_and_no_content(people: People, case: Case, police: Body) -> None:
    member = in_team(people, police, case)
    left(member, police.person)
    with pytest.raises(WrongKey):
        reason_as(police.person, member)
    assert stored(member, police.deputy).end_reason == EndReason.WORK_DONE
    month_ago = timezone.now() - timedelta(days=31)
    change(Member.objects.filter(pk=member.pk), ended_at=month_ago, answered_at=month_ago, invited_at=month_ago)
    with acting_as(police.person, purpose="test"):
        assert not Member.objects.exists()
        assert not Team.objects.exists()
    assert stored(member, people.handler).state == MemberState.LEFT


def test_centre_ends_it_for_a_body_and_a_repeat_has_no_effect(people: People, case: Case, police: Body) -> None:
    member = in_team(people, police, case)
    for _time in range(2):
        step(people.coordinator, actions.leave, member, reason=EndReason.NOT_NEEDED)
    with pytest.raises(Stale):
        step(police.person, actions.leave, member, reason=EndReason.WORK_DONE)
    with pytest.raises(NotAllowed):
        step(people.colleague, actions.leave, member, reason=EndReason.NOT_NEEDED)
    assert kinds(people.handler, member)[-1] == "team.left"


def test_body_with_a_conflict_is_invited_again_only_if_it_is_settled(people: People, case: Case, police: Body) -> None:
    left(in_team(people, police, case), police.person, EndReason.CONFLICT)
    with pytest.raises(actions.HasConflict):
        invited(people.handler, case, police.organisation)
    assert invited(people.handler, case, police.organisation, is_settled=True).is_waiting


def test_body_with_a_conflict_noted_among_partners_is_not_invited(people: People, case: Case) -> None:
    noted = {"conflict_id": new_id(), "organisation": people.partner, "reason": "ties", "text": "uncle"}
    as_user(people.handler, note_conflict, by=people.handler, case_id=case.pk, **noted)
    with pytest.raises(actions.ConflictStands):
        invited(people.handler, case, people.partner, is_settled=True)


def test_invitation_without_an_answer_reaches_the_coordinators_once(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    change(WorkItem.objects.filter(subject=member.pk), next_at=timezone.now())
    for _time in range(2):
        run_steps()
    assert kinds(people.handler, member) == ["team.invited", "team.unanswered"]
    with acting_as(people.coordinator, purpose="test"):
        assert WorkItem.objects.get(subject=member.pk).is_escalated
    step(police.person, actions.accept, stored(member, police.person))
    with acting_as(people.coordinator, purpose="test"):
        assert not WorkItem.objects.filter(subject=member.pk).exists()
    service = service_user(Service.DEADLINES)
    as_user(service, actions.run_step, by=service, subject=member.pk, step="escalate", now=timezone.now())
    assert kinds(people.handler, member)[-1] == "team.accepted"


BY_HAND = [
    ("liaison of the same body names themselves", "colleague_of_body", {"person": "colleague_of_body"}),
    ("handler names somebody", "handler", {"deputy": None}),
    ("handler accepts for the body", "handler", {"state": "active"}),
]


@pytest.mark.parametrize(("_what", "who", "values"), BY_HAND)
def test_database_refuses_what_no_action_does(
    people: People, case: Case, police: Body, _what: str, who: str, values: dict[str, Any]
) -> None:
    colleague = make_user((police.organisation, Role.LIAISON))
    member = in_team(people, police, case)
    actor = colleague if who == "colleague_of_body" else people.handler
    given = {name: colleague if value == "colleague_of_body" else value for name, value in values.items()}
    if "state" in given:
        change(
            Member.objects.filter(pk=member.pk),
            state="left",
            ended_at=timezone.now(),
            ended_by=actor,
            end_reason="other",
        )
        given |= {"ended_at": None, "ended_by": None, "end_reason": ""}
    with acting_as(actor, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(**given)
