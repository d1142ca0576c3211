"""Who asks for advice, who answers, declines and withdraws, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from closures import closed_together
from consultations import ANSWER, QUESTION, answered, consulted, stored
from django.db import IntegrityError, ProgrammingError
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Case
from casework.consultations import actions
from casework.consultations.actions import NotToAsk
from casework.consultations.models import Consultation
from casework.consultations.states import ConsultationState
from casework.teams.models import Member, Team
from casework.teams.vocabulary import EndReason
from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import note_conflict

S = ConsultationState


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def office(people: People, case: Case) -> Body:
    """In the team, with person and deputy."""
    body = make_body("Youth office")
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


@pytest.fixture
def clinic() -> Body:
    """Not in the team."""
    return make_body("Clinic", Role.PARTNER_WORKER)


def asked(people: People, case: Case, clinic: Body, **values: Any) -> Consultation:
    return consulted(people.handler, case, people.centre, clinic.person, clinic.organisation, **values)


def asked_by_office(case: Case, office: Body, clinic: Body, **values: Any) -> Consultation:
    return consulted(office.person, case, office.organisation, clinic.person, clinic.organisation, **values)


def texts(reader: User) -> list[tuple[str, str]]:
    """Question and answer, as the reader may decrypt them."""
    opened_keys.clear()
    with acting_as(reader, purpose="test"):
        return [(str(one.question), str(one.answer)) for one in Consultation.objects.all()]


def work(reader: User) -> list[WorkItem]:
    with acting_as(reader, purpose="test"):
        return list(WorkItem.objects.filter(kind="consultation"))


def kinds(reader: User, consultation: Consultation) -> list[str]:
    with acting_as(reader, purpose="test"):
        found = Event.objects.filter(subject=consultation.pk).order_by("pk")
        return [kind.removeprefix("consultation.") for kind in found.values_list("kind", flat=True)]


def step(by: User, action: Any, consultation: Consultation, **values: Any) -> None:
    as_user(by, action, by=by, consultation_id=consultation.pk, **values)


def test_the_centre_asks_and_its_readers_of_the_case_read_the_answer(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    answered(asked(people, case, clinic), clinic.person)
    for reader in (people.handler, people.coordinator, clinic.person):
        assert texts(reader) == [(QUESTION, ANSWER)]
    for other in (people.colleague, clinic.deputy, office.person, people.dpo, people.worker, people.other_coordinator):
        assert texts(other) == []


def test_who_is_asked_sees_nothing_of_the_case(people: People, case: Case, office: Body, clinic: Body) -> None:
    asked(people, case, clinic)
    with acting_as(clinic.person, purpose="test"):
        for table in (Case, Team, Member):
            assert not table.objects.exists()  # type: ignore[attr-defined]
        events = Event.objects.exclude(actor=clinic.person)
        assert {event.kind for event in events} == {"consultation.asked"}
        assert case.reference not in str([event.data for event in events])
    [item] = work(clinic.person)
    assert (item.user_id, item.reference) == (clinic.person.pk, "")


def test_the_first_consultation_makes_the_team(people: People, case: Case) -> None:
    consulted(people.handler, case, people.centre, people.colleague, people.centre)
    with acting_as(people.handler, purpose="test"):
        assert Team.objects.get().pk == case.pk
    assert texts(people.colleague) == [(QUESTION, "")]


def test_each_has_a_key_of_its_own(people: People, case: Case, clinic: Body) -> None:
    first, second = (asked(people, case, clinic) for _number in range(2))
    with acting_as(people.handler, purpose="test"):
        keys = {first.data_key_id, second.data_key_id, Team.objects.get().data_key_id, case.data_key_id}
    assert len(keys) == 4


def test_what_a_body_asks_the_centre_does_not_see(people: People, case: Case, office: Body, clinic: Body) -> None:
    made = answered(asked_by_office(case, office, clinic), clinic.person)
    for reader in (office.person, office.deputy, clinic.person):
        assert texts(reader) == [(QUESTION, ANSWER)]
    for other in (people.handler, people.coordinator):
        assert texts(other) == []
    assert work(people.coordinator) == []
    with acting_as(people.handler, purpose="test"):
        assert not Event.objects.filter(subject=made.pk).exists()
    assert kinds(office.deputy, made) == ["asked", "answered"]


def test_the_centre_reads_what_a_body_shares(people: People, case: Case, office: Body, clinic: Body) -> None:
    made = answered(asked_by_office(case, office, clinic, is_shared=True), clinic.person)
    for reader in (office.deputy, people.handler, people.coordinator):
        assert texts(reader) == [(QUESTION, ANSWER)]
    assert kinds(people.handler, made) == ["asked", "answered"]


def test_what_the_centre_asks_is_always_shared(people: People, case: Case, clinic: Body) -> None:
    assert asked(people, case, clinic, is_shared=False).is_shared


def test_a_body_that_left_reads_nothing(people: People, case: Case, office: Body, clinic: Body) -> None:
    answered(asked_by_office(case, office, clinic), clinic.person)
    with acting_as(office.person, purpose="test"):
        member = Member.objects.get(organisation=office.organisation)
    left(member, office.person)
    assert texts(office.person) == texts(office.deputy) == []


def test_a_repeated_post_asks_once(people: People, case: Case, clinic: Body) -> None:
    key = new_id()
    for _ in range(2):
        made = asked(people, case, clinic, consultation_id=key)
    assert kinds(people.handler, made) == ["asked"]
    assert len(work(clinic.person)) == 1


def test_who_is_not_on_the_case_asks_nobody(people: People, case: Case, office: Body, clinic: Body) -> None:
    for stranger in (people.colleague, people.worker, people.dpo, clinic.person):
        for body in (people.centre, office.organisation, clinic.organisation):
            with pytest.raises(NotAllowed):
                consulted(stranger, case, body, clinic.deputy, clinic.organisation)
    with pytest.raises(NotAllowed):
        consulted(people.handler, case, office.organisation, clinic.person, clinic.organisation)


def test_who_cannot_be_asked(people: People, case: Case, office: Body, clinic: Body) -> None:
    nobody = [
        (people.handler, people.centre),  # who asks
        (people.dpo, people.centre),
        (people.other_handler, people.other_centre),
        (clinic.person, people.centre),
        (people.colleague, clinic.organisation),
    ]
    for person, place in nobody:
        with pytest.raises(NotToAsk):
            consulted(people.handler, case, people.centre, person, place)
    closed = make_user((clinic.organisation, Role.PARTNER_WORKER))
    change(User.objects.filter(pk=closed.pk), is_active=False)
    change(Membership.objects.filter(user=clinic.deputy), ended_at=timezone.now(), ended_by_id=people.coordinator.pk)
    for person in (closed, clinic.deputy):
        with pytest.raises(NotToAsk):
            asked(people, case, Body(clinic.organisation, person, person))


def test_nobody_of_a_body_with_a_conflict_is_asked_also_not_by_another_body(
    people: People, case: Case, office: Body
) -> None:
    conflict = {"conflict_id": new_id(), "organisation": people.partner, "reason": "ties", "text": "an uncle"}
    as_user(people.handler, note_conflict, by=people.handler, case_id=case.pk, **conflict)
    declared = make_body("School")
    member = accepted(invited(people.handler, case, declared.organisation), declared.person)
    left(member, declared.person, EndReason.CONFLICT)
    for by, body in [(people.handler, people.centre), (office.person, office.organisation)]:
        for person, place in [(people.worker, people.partner), (declared.person, declared.organisation)]:
            with pytest.raises(NotToAsk):
                consulted(by, case, body, person, place)


def test_a_closed_case_gets_no_consultation(people: People, case: Case, office: Body, clinic: Body) -> None:
    now = timezone.now()
    past = {"state": "closed", "closed_at": now, "work_ended_at": now, "closed_by": people.handler}
    past["close_reason"] = "other"
    change(Case.objects.filter(pk=case.pk), **past)
    with pytest.raises(Stale):
        asked(people, case, clinic)
    with pytest.raises(Stale):
        asked_by_office(case, office, clinic)


@pytest.mark.parametrize("after", [timedelta(minutes=-1), timedelta(days=15), timedelta(days=30_000)])
def test_an_absurd_due_time_is_refused(people: People, case: Case, clinic: Body, after: timedelta) -> None:
    with pytest.raises(IntegrityError):
        asked(people, case, clinic, due_at=timezone.now() + after)


def test_answering_ends_the_work_once(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    for _ in range(2):
        step(clinic.person, actions.answer, made, version=1, answer=ANSWER)
    assert work(clinic.person) == []
    assert kinds(people.handler, made) == ["asked", "answered"]
    with pytest.raises(Stale):
        step(clinic.person, actions.answer, made, version=1, answer="Otherwise.")
    with pytest.raises(Stale):
        step(clinic.person, actions.answer, made, version=2, answer="Otherwise.")
    with pytest.raises(Stale):
        step(clinic.person, actions.decline, made, version=2, reason="no time")
    with pytest.raises(Stale):
        step(people.handler, actions.withdraw, made, version=2)


def test_a_late_answer_counts_and_is_late(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    long_ago = timezone.now() - timedelta(days=5)
    due = long_ago + timedelta(hours=48)
    change(Consultation.objects.filter(pk=made.pk), asked_at=long_ago, due_at=due)
    assert stored(made, people.handler).is_late
    after = answered(made, clinic.person)
    assert (after.state, after.is_late) == (S.ANSWERED, True)


def test_declining_says_why_and_a_repeat_has_no_effect(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    for _ in range(2):
        step(clinic.person, actions.decline, made, version=1, reason="I know him.")
    after = stored(made, people.handler)
    assert (after.state, after.decline_reason, after.answer) == (S.DECLINED, "I know him.", "")
    assert kinds(people.handler, made) == ["asked", "declined"]


def test_only_who_is_asked_answers_and_only_who_asked_withdraws(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    made = asked_by_office(case, office, clinic, is_shared=True)
    for other in (office.person, people.handler, people.coordinator, clinic.deputy):
        with pytest.raises(NotAllowed):
            step(other, actions.answer, made, version=1, answer=ANSWER)
        with pytest.raises(NotAllowed):
            step(other, actions.decline, made, version=1, reason="no")
    for other in (people.handler, people.coordinator, clinic.person, clinic.deputy):
        with pytest.raises(NotAllowed):
            step(other, actions.withdraw, made, version=1)
    for _ in range(2):
        step(office.deputy, actions.withdraw, made, version=1)
    assert kinds(office.person, made) == ["asked", "withdrawn"]
    assert work(clinic.person) == []
    with pytest.raises(Stale):
        step(clinic.person, actions.answer, made, version=1, answer=ANSWER)


def test_colleagues_on_the_case_withdraw_what_the_centre_asked(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    with pytest.raises(NotAllowed):
        step(people.colleague, actions.withdraw, made, version=1)
    step(people.coordinator, actions.withdraw, made, version=1)
    assert stored(made, people.handler).ended_by == people.coordinator


def test_who_no_longer_works_there_reads_nothing_and_it_stays_open(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    change(Membership.objects.filter(user=clinic.person), ended_at=timezone.now(), ended_by_id=people.coordinator.pk)
    gone = User.objects.get(pk=clinic.person.pk)
    assert texts(gone) == []
    with pytest.raises(NotAllowed):
        step(gone, actions.answer, made, version=1, answer=ANSWER)
    assert stored(made, people.handler).is_open


def test_the_consultant_reads_it_for_thirty_days_after_the_end(people: People, case: Case, clinic: Body) -> None:
    made = answered(asked(people, case, clinic), clinic.person)
    change(Consultation.objects.filter(pk=made.pk), ended_at=timezone.now() - timedelta(days=31))
    assert texts(clinic.person) == []
    assert texts(people.handler) == [(QUESTION, ANSWER)]


def test_closing_the_case_withdraws_all_also_what_the_centre_does_not_see(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    shared, hidden = asked(people, case, clinic), asked_by_office(case, office, clinic)
    done = answered(asked(people, case, clinic), clinic.person)
    closed_together(people.handler, people.coordinator, case, (office.person, office.organisation))
    for one in (shared, hidden):
        after = stored(one, clinic.person)
        assert (after.state, after.ended_by) == (S.WITHDRAWN, people.handler)
        assert kinds(clinic.person, one) == ["asked", "withdrawn"]
    assert stored(done, clinic.person).state == S.ANSWERED
    assert work(clinic.person) == []


def test_when_a_body_leaves_what_it_asked_is_withdrawn_and_nothing_else(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    own, of_centre = asked_by_office(case, office, clinic), asked(people, case, clinic)
    with acting_as(office.person, purpose="test"):
        member = Member.objects.get(organisation=office.organisation)
    left(member, people.handler)
    assert stored(own, clinic.person).state == S.WITHDRAWN
    assert stored(of_centre, clinic.person).state == S.ASKED


def test_it_is_not_bound_to_the_team_that_the_consultants_body_is_in(people: People, case: Case, office: Body) -> None:
    made = consulted(people.handler, case, people.centre, office.person, office.organisation)
    with acting_as(office.person, purpose="test"):
        member = Member.objects.get(organisation=office.organisation)
    left(member, people.handler)
    assert answered(made, office.person).state == S.ANSWERED


def test_reminded_half_way_then_put_before_the_coordinators(people: People, case: Case, clinic: Body) -> None:
    made = asked(people, case, clinic)
    [item] = work(clinic.person)
    assert [round((at - made.asked_at) / timedelta(hours=1)) for at in item.steps_at] == [24, 48]
    for hours, happened in [(25, ["asked", "reminded"]), (49, ["asked", "reminded", "overdue"])]:
        since = timezone.now() - timedelta(hours=hours)
        change(Consultation.objects.filter(pk=made.pk), asked_at=since, due_at=since + timedelta(hours=48))
        change(WorkItem.objects.filter(pk=item.pk), steps_done=len(happened) - 2)
        run_steps()
        run_steps()
        assert kinds(people.handler, made)[-1] == happened[-1]
    assert stored(made, people.coordinator).escalated_at is not None
    assert [one.is_escalated for one in work(people.coordinator)] == [True]


def test_an_overdue_one_that_the_centre_does_not_read_is_told_to_who_asked_alone(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    made = asked_by_office(case, office, clinic)
    since = timezone.now() - timedelta(hours=49)
    change(Consultation.objects.filter(pk=made.pk), asked_at=since, due_at=since + timedelta(hours=48))
    run_steps()
    assert kinds(office.deputy, made)[-1] == "overdue"
    assert work(people.coordinator) == []
    with acting_as(office.person, purpose="test"):
        told = Event.objects.get(subject=made.pk, kind="consultation.overdue").tell
    assert f"user-{office.person.pk}" in str(told) or str(office.person.pk) in str(told)
    assert str(people.centre.pk) not in [one.rpartition("-")[2] for one in told if "organisation" in one]


def test_the_database_refuses_what_the_actions_do(people: People, case: Case, office: Body, clinic: Body) -> None:
    made = asked(people, case, clinic)
    now = timezone.now()
    for by, values in [
        (people.handler, {"state": "answered", "ended_at": now, "ended_by": people.handler}),
        (clinic.person, {"state": "withdrawn", "ended_at": now, "ended_by": clinic.person}),
        (clinic.person, {"state": "answered", "ended_at": now, "ended_by": people.handler}),
        (clinic.person, {"due_at": now}),
    ]:
        with pytest.raises(ProgrammingError), acting_as(by, purpose="test"):
            Consultation.objects.filter(pk=made.pk).update(**values)


def test_the_key_of_the_team_is_never_given_away(people: People, case: Case, office: Body, clinic: Body) -> None:
    with acting_as(people.handler, purpose="test"):
        team = Team.objects.select_related("data_key").get()
    values = {"asking_body": people.centre, "asked_by": people.handler, "is_shared": True}
    made = Consultation(team=team, centre=people.centre, data_key=team.data_key, **values)
    made.organisation, made.consultant = clinic.organisation, clinic.person
    made.due_at = timezone.now() + timedelta(hours=2)
    with pytest.raises(ProgrammingError), acting_as(people.handler, purpose="test"):
        made.save(force_insert=True)
